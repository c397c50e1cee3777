package io.postern.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** On text, or a list of texts: what each must look like as a whole. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Matches {
  /** In what Java and ECMA-262 understand alike: it stands in the schema too. */
  String regex();

  /** In words, for messages. */
  String expected();
}
