# shellcheck shell=sh
# What the scripts share: where the source tree is, the JDK 25, Maven in it, and whether the build is stale.
# Sourced with `root` set to the top of the source tree.
# shellcheck disable=SC2154

distribution=$root/target/postern
# As old as the moment at which the last good build began.
built=$root/target/.built

# Sets JAVA_HOME to a JDK 25, for Maven itself too: the formatter reads Java 25 only in a JVM 25.
use_jdk() {
  JAVA_HOME=$("$root/src/main/dist/bin/find-java" --jdk) || exit $?
  export JAVA_HOME
  if ! command -v mvn >/dev/null; then
    echo "Maven was not found. Debian, Ubuntu: apt-get install maven; elsewhere: https://maven.apache.org" >&2
    exit 127
  fi
}

# Maven on this tree, whatever the folder the caller stands in, without what its own libraries say about JDK 25
# and without the colour codes that it ends on even where no terminal reads them. On another build where `pom` names one.
maven() {
  MAVEN_OPTS="${MAVEN_OPTS:-} -Djansi.noreset=true --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow" \
    mvn -B -ntp -f "${pom:-$root/pom.xml}" "$@"
}

# Whether target/postern is missing or older than what it is made of.
stale() {
  [ ! -x "$distribution/bin/postern" ] || [ ! -e "$built" ] ||
    [ -n "$(find "$root/src/main" "$root/config" "$root/pom.xml" -newer "$built" -print -quit)" ]
}
