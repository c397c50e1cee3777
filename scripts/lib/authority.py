"""What openssl is told, so that its certificates have what those of public authorities have."""

# The configuration of `openssl req`; `-extensions ca` makes an authority.
REQUESTS = """
[req]
distinguished_name = subject
[subject]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
"""


def server(host):
    """The extensions of a host's certificate."""
    return f"""
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:{host}
"""
