# A resolver that gives every name the same addresses: resolver.py IPV4 IPV6.
import ipaddress, socket, struct, sys, threading

ADDRESSES = {1: ipaddress.ip_address(sys.argv[1]).packed, 28: ipaddress.ip_address(sys.argv[2]).packed}


def answer(query):
    end = query.index(b"\0", 12) + 5
    kind = struct.unpack("!H", query[end - 4:end - 2])[0]
    data = ADDRESSES.get(kind)
    record = struct.pack("!HHHIH", 0xC00C, kind, 1, 5, len(data)) + data if data else b""
    head = query[:2] + struct.pack("!HHHHH", 0x8180, 1, 1 if data else 0, 0, 0)
    return head + query[12:end] + record


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
    s.sendto(answer(query), client)
