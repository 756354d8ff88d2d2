"""A real mail server for the tests: Debian's aiosmtpd. usage: server.py tls|starttls CERT KEY

Says its port, then each letter it takes as a line of JSON."""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

mode, cert, key = sys.argv[1:]
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(cert, key)


class Box:
    async def handle_DATA(self, server, session, envelope):
        letter = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "login": session.authenticated,
            "host": session.host_name,
            "data": envelope.content.decode(),
        }
        print(json.dumps(letter), flush=True)
        return "250 taken"


def check(server, session, envelope, mechanism, data):
    good = LoginPassword(b"atelier", b"pa55 of the mail box")
    return AuthResult(success=isinstance(data, LoginPassword) and data == good, handled=False)


def session():
    direct = mode == "tls"
    return SMTP(
        Box(),
        hostname="test",
        authenticator=check,
        auth_required=True,
        auth_require_tls=not direct,
        require_starttls=not direct,
        tls_context=None if direct else context,
    )


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(session, "127.0.0.1", 0, ssl=context if mode == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
