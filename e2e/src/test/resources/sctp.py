# Associations of SCTP by raw sockets, as few kernels speak it (RFC 9260: INIT, INIT ACK, COOKIE ECHO, COOKIE ACK).
#   sctp.py serve NAME PORT
#   sctp.py dial TIMES SOURCE-PORT "ADDRESS PORT"...: a line each with who answered, sorted, or what went wrong. Each
#     association has a source port of its own, counted from the first.
# Every packet is verified as an endpoint would: checksum, ports, tag; and whose it is, as sockets are connected.
import random, socket, struct, sys, threading, time

SCTP = 132
INIT, INIT_ACK, COOKIE_ECHO, COOKIE_ACK = 1, 2, 10, 11


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return ~crc & 0xffffffff


def packet(source, destination, tag, kind, body):
    chunk = struct.pack("!BBH", kind, 0, 4 + len(body)) + body + bytes(-len(body) % 4)
    head = struct.pack("!HHI", source, destination, tag)
    return head + struct.pack("<I", crc32c(head + bytes(4) + chunk)) + chunk


def opening(tag, cookie=b""):
    parameter = struct.pack("!HH", 7, 4 + len(cookie)) + cookie + bytes(-len(cookie) % 4) if cookie else b""
    return struct.pack("!IIHHI", tag, 65536, 1, 1, tag) + parameter


def read(data):
    """Ports, tag, kind, body; complains about a checksum that is wrong."""
    source, destination, tag = struct.unpack("!HHI", data[:8])
    if struct.unpack("<I", data[8:12])[0] != crc32c(data[:8] + bytes(4) + data[12:]):
        raise ValueError("checksum")
    kind, _, length = struct.unpack("!BBH", data[12:16])
    return source, destination, tag, kind, data[16:12 + length]


def raw(family):
    return socket.socket(family, socket.SOCK_RAW, SCTP)


def received(s, family):
    data, who = s.recvfrom(2000)
    return (data[(data[0] & 15) * 4:] if family == socket.AF_INET else data), who[0]


def serve(name, port, family):
    s = raw(family)
    while True:
        data, client = received(s, family)
        try:
            source, destination, tag, kind, body = read(data)
        except ValueError as e:
            print(name, "heard a wrong", e, flush=True)
            continue
        if destination != port:
            continue
        if kind == INIT:  # the cookie is who answers, and whom it sees
            theirs = struct.unpack("!I", body[:4])[0]
            cookie = f"{theirs} {name} {client} {source}".encode()
            s.sendto(packet(port, source, theirs, INIT_ACK, opening(4711, cookie)), (client, 0))
        elif kind == COOKIE_ECHO and tag == 4711:
            theirs, _, seen, port_seen = body.decode().split()
            if (seen, int(port_seen)) == (client, source):
                s.sendto(packet(port, source, int(theirs), COOKIE_ACK, b""), (client, 0))


def answer(s, family, port, source, tag, kind):
    """The body of the chunk that is waited for. What is for others comes to every raw socket."""
    while True:
        from_port, to_port, tagged, found, body = read(received(s, family)[0])
        if (from_port, to_port, tagged, found) == (port, source, tag, kind):
            return body


def associate(address, port, source):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    tag = random.getrandbits(32) | 1
    with raw(family) as s:
        s.settimeout(2)
        s.connect((address, 0))

        def ask(tagged, kind, body, wanted):
            for attempt in range(3):
                s.send(packet(source, port, tagged, kind, body))
                try:
                    return answer(s, family, port, source, tag, wanted)
                except TimeoutError:
                    if attempt == 2:
                        raise

        body = ask(0, INIT, opening(tag), INIT_ACK)
        theirs = struct.unpack("!I", body[:4])[0]
        size = struct.unpack("!H", body[18:20])[0]
        cookie = body[20:16 + size]
        ask(theirs, COOKIE_ECHO, cookie, COOKIE_ACK)
        return cookie.decode().split()[1]


if sys.argv[1] == "serve":
    for family in (socket.AF_INET, socket.AF_INET6):
        threading.Thread(target=serve, args=(sys.argv[2], int(sys.argv[3]), family)).start()
    print("serving", flush=True)
else:
    times, source = int(sys.argv[2]), int(sys.argv[3])
    for target in sys.argv[4:]:
        address, port = target.split()
        seen = set()
        for _ in range(times):
            source += 1
            try:
                seen.add(associate(address, int(port), source))
            except (OSError, ValueError) as e:
                seen.add(type(e).__name__)
                break
        print(target + ":", *sorted(seen))
