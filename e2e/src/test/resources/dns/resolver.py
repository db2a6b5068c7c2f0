# A resolver that gives every name the same addresses: resolver.py IPV4 IPV6 HINT4 HINT6 LIE4. The hints are those of
# its HTTPS records. Before each datagram it sends others that lie, and to each answer it adds what nobody asked for.
import ipaddress, socket, struct, sys, threading

IPV4, IPV6, HINT4, HINT6, LIE = (ipaddress.ip_address(each).packed for each in sys.argv[1:6])
HINTS = struct.pack("!HBHH", 1, 0, 4, 4) + HINT4 + struct.pack("!HH", 6, 16) + HINT6
DATA = {1: IPV4, 28: IPV6, 65: HINTS}


def record(kind, data):
    return struct.pack("!HHHIH", 0xC00C, kind, 1, 5, len(data)) + data


def answer(query, lie=None):
    end = query.index(b"\0", 12) + 5
    kind = struct.unpack("!H", query[end - 4:end - 2])[0]
    data = lie or DATA.get(kind)
    head = query[:2] + struct.pack("!HHHHH", 0x8180, 1, 1 if data else 0, 0, 1)
    extra = b"\5other\6stripe\3com\0" + record(1, LIE)[2:]
    return head + query[12:end] + (record(kind, data) if data else b"") + extra


def lies(query):
    if query[query.index(b"\0", 12) + 1:][:2] == b"\0\1":
        yield struct.pack("!H", (struct.unpack("!H", query[:2])[0] + 1) & 0xFFFF) + answer(query, LIE)[2:]
        yield answer(query[:12] + b"\4else" + query[12:].split(b"\0")[0][4:] + b"\0\0\1\0\1", LIE)
        yield answer(query, LIE)[:2] + b"\0\0" + answer(query, LIE)[4:]  # no response


def stream(client):
    with client:
        size = client.recv(2, socket.MSG_WAITALL)
        while len(size) == 2:
            reply = answer(client.recv(struct.unpack("!H", size)[0], socket.MSG_WAITALL))
            client.sendall(struct.pack("!H", len(reply)) + reply)
            size = client.recv(2, socket.MSG_WAITALL)


def listen():
    server = socket.create_server(("", 53), family=socket.AF_INET6, dualstack_ipv6=True)
    while True:
        threading.Thread(target=stream, args=(server.accept()[0],), daemon=True).start()


threading.Thread(target=listen, daemon=True).start()
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
s.bind(("", 53))
while True:
    query, client = s.recvfrom(65536)
    for lie in lies(query):
        s.sendto(lie, client)
    s.sendto(answer(query), client)
