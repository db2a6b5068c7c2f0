# The names of a lab, of the cluster and of the outside world, for the resolver in front of it.
# names.py FILE PORT: FILE is JSON, {name: {"ttl": seconds, "perAnswer": n, "addresses": [...]}}, read anew when it
# changes. An answer holds perAnswer addresses of the family asked for, from a place that moves on with every answer.
# {name: {"ttl": seconds, "alias": name}} is a CNAME, answered with what its target has here.
import ipaddress, json, os, socket, socketserver, struct, sys, threading

FILE, PORT = sys.argv[1], int(sys.argv[2])
lock, held, turn = threading.Lock(), {"stamp": None, "names": {}}, {}


def names():
    stamp = os.stat(FILE).st_mtime_ns if os.path.exists(FILE) else None
    with lock:
        if stamp != held["stamp"]:
            held["stamp"] = stamp
            with open(FILE) as f:
                held["names"] = json.load(f)
        return held["names"]


def chosen(name, entry, version):
    mine = [a for a in map(ipaddress.ip_address, entry.get("addresses", [])) if a.version == version]
    count = entry["perAnswer"] or len(mine)
    with lock:
        start = turn.get((name, version), 0)
        turn[(name, version)] = start + count
    return [mine[(start + i) % len(mine)] for i in range(min(count, len(mine)))]


def answer(query):
    if len(query) < 17 or query[2] & 0x80 or query[4:6] != b"\0\1":
        return None
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]])
        at += query[at] + 1
    end = at + 5
    kind = struct.unpack("!H", query[at + 1:at + 3])[0]
    name = b".".join(labels).decode("ascii", "replace").lower()
    owner = b"\xc0\x0c"
    entry = names().get(name)
    records, rcode = b"", 0 if entry else 3
    count = 0
    while entry and "alias" in entry and count < 8:
        name = entry["alias"]
        target = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
        records += owner + struct.pack("!HHIH", 5, 1, entry["ttl"], len(target)) + target
        count += 1
        owner, entry = target, names().get(name) if kind != 5 else None
    if entry and kind in (1, 28):
        for address in chosen(name, entry, 4 if kind == 1 else 6):
            data = address.packed
            records += owner + struct.pack("!HHIH", kind, 1, entry["ttl"], len(data)) + data
            count += 1
    edns = query[end:end + 3] == b"\0\0\x29"
    head = query[:2] + struct.pack("!HHHHH", 0x8400 | (query[2] & 1) << 8 | rcode, 1, count, 0, edns)
    return head + query[12:end] + records + (struct.pack("!BHHIH", 0, 41, 4096, 0, 0) if edns else b"")


def room(query):
    """What the client takes in a datagram: it says so in an OPT record behind the question."""
    at = query.index(b"\0", 12) + 5
    offered = query[at:at + 3] == b"\0\0\x29" and struct.unpack("!H", query[at + 3:at + 5])[0]
    return max(512, offered or 0)


class Udp(socketserver.BaseRequestHandler):
    def handle(self):
        reply = answer(self.request[0])
        if reply:
            if len(reply) > room(self.request[0]):
                reply = reply[:2] + bytes([reply[2] | 2]) + reply[3:6] + bytes(6)
                reply += self.request[0][12:self.request[0].index(b"\0", 12) + 5]
            self.request[1].sendto(reply, self.client_address)


class Tcp(socketserver.StreamRequestHandler):
    def handle(self):
        while True:
            size = self.rfile.read(2)
            if len(size) < 2:
                return
            reply = answer(self.rfile.read(struct.unpack("!H", size)[0]))
            if not reply:
                return
            self.wfile.write(struct.pack("!H", len(reply)) + reply)


class UdpServer(socketserver.ThreadingUDPServer):
    daemon_threads = True


class TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True


threading.Thread(target=TcpServer(("127.0.0.1", PORT), Tcp).serve_forever, daemon=True).start()
UdpServer(("127.0.0.1", PORT), Udp).serve_forever()
