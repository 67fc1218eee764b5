# SPDX-License-Identifier: Apache-2.0
"""A server of mail for tests: mail_server.py PORT KIND CERT KEY FOLDER

KIND is smtps, starttls or plain (offers no TLS). What it answers after the data stands in FOLDER/answers, a line each, the
last one for ever, "close" to hang up instead of taking the data; each mail goes to FOLDER/N.eml, what was said before it to FOLDER/N.said."""
import base64, os, socketserver, ssl, sys

port, kind, cert, key, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
count = 0


def answer():
    lines = open(folder + "/answers").read().splitlines()
    if len(lines) > 1:
        open(folder + "/answers", "w").write("\n".join(lines[1:]) + "\n")
    return lines[0]


class Session(socketserver.BaseRequestHandler):
    def open(self, sock):
        self.sock, self.file = sock, sock.makefile("rb")

    def say(self, text):
        self.sock.sendall(text.encode() + b"\r\n")

    def take_data(self):
        global count
        reply = answer()
        if reply == "close":
            raise OSError(reply)
        self.say("354 go on")
        mail = b""
        while (line := self.file.readline()) not in (b".\r\n", b""):
            mail += line[1:] if line.startswith(b".") else line
        count += 1
        open(f"{folder}/{count}.said", "w").write("\n".join(self.said))
        with open(f"{folder}/{count}.new", "wb") as f:
            f.write(mail)
        os.rename(f"{folder}/{count}.new", f"{folder}/{count}.eml")
        self.say(reply)

    def handle(self):
        self.said, is_tls = [], kind == "smtps"
        try:
            self.open(context.wrap_socket(self.request, server_side=True) if is_tls else self.request)
            self.say("220 mail")
            while line := self.file.readline():
                word = line.decode().rstrip()
                self.said.append(("tls " if is_tls else "clear ") + word)
                if word.startswith("EHLO"):
                    offers = ["250-mail", "250-AUTH PLAIN"] + (["250-STARTTLS"] if kind == "starttls" and not is_tls else [])
                    self.say("\r\n".join(offers + ["250 8BITMIME"]))
                elif word == "STARTTLS":
                    self.say("220 go on")
                    self.open(context.wrap_socket(self.request, server_side=True))
                    is_tls = True
                elif word.startswith("AUTH"):
                    self.say("334 ")
                    login = base64.b64decode(self.file.readline())
                    self.say("235 welcome" if login == b"\0watch\0pass word" else "535 5.7.8 who are you")
                elif word == "DATA":
                    self.take_data()
                elif word.startswith("MAIL FROM:<banned@"):
                    self.say("550 5.7.1 not from you")
                elif word.startswith("RCPT TO:<nobody@"):
                    self.say("550 5.1.1 no such user")
                elif word == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")
        except (OSError, ssl.SSLError):
            pass
        finally:
            open(folder + "/sessions", "a").write("\n".join(self.said) + "\n--\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


Server(("127.0.0.1", port), Session).serve_forever()
