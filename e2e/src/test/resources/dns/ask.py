# Questions as ordinary tools do not put them. ask.py WAY SERVER ...: prints what came of it in one line.
import socket, struct, sys, threading, time

WAY, SERVER = sys.argv[1], sys.argv[2]
FAMILY = socket.AF_INET6 if ":" in SERVER else socket.AF_INET


def question(number, name, kind=1, options=b""):
    labels = b"".join(bytes([len(l)]) + l.encode() for l in name.split("."))
    head = struct.pack("!HHHHHH", number, 0x0100, 1, 0, 0, 1 if options else 0)
    return head + labels + b"\0" + struct.pack("!HH", kind, 1) + options


def framed(message):
    return struct.pack("!H", len(message)) + message


def stream():
    s = socket.socket(FAMILY, socket.SOCK_STREAM)
    s.settimeout(10)
    s.connect((SERVER, 53))
    return s


def messages(s):
    held = b""
    while True:
        while len(held) >= 2 and len(held) >= 2 + struct.unpack("!H", held[:2])[0]:
            size = struct.unpack("!H", held[:2])[0]
            yield held[2:2 + size]
            held = held[2 + size:]
        try:
            more = s.recv(65536)
        except ConnectionResetError:
            return
        if not more:
            return
        held += more


def told(ids, answers):
    codes = {}
    for a in answers:
        codes[a[3] & 15] = codes.get(a[3] & 15, 0) + 1
    same = sorted(struct.unpack("!H", a[:2])[0] for a in answers) == sorted(ids)
    print(" ".join(f"rcode{c}={n}" for c, n in sorted(codes.items())), "ids" if same else "other-ids")


if WAY == "pipelined":  # NAME OTHER TIMES PIECE: all at once, cut in pieces, then no more is said
    name, other, times, piece = sys.argv[3], sys.argv[4], int(sys.argv[5]), int(sys.argv[6])
    ids = [7 * i + 1 for i in range(2 * times)]
    out = b"".join(framed(question(n, (name, other)[i % 2])) for i, n in enumerate(ids))
    s = stream()
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for at in range(0, len(out), piece):
        s.sendall(out[at:at + piece])
    s.shutdown(socket.SHUT_WR)
    told(ids, list(messages(s)))
elif WAY == "one-port":  # NAME TIMES: one socket, nobody waits for anything
    name, times = sys.argv[3], int(sys.argv[4])
    s = socket.socket(FAMILY, socket.SOCK_DGRAM)
    s.connect((SERVER, 53))
    s.settimeout(5)
    ids = [11 * i for i in range(times)]
    for n in ids:
        s.send(question(n, name))
    answers = []
    try:
        while len(answers) < times:
            answers.append(s.recv(65536))
    except TimeoutError:
        pass
    told(ids, answers)
elif WAY == "large":  # NAME BYTES: one question with an option of that size, in as many fragments as it takes
    size = int(sys.argv[4])
    option = struct.pack("!HH", 65001, size) + bytes(size)
    s = socket.socket(FAMILY, socket.SOCK_DGRAM)
    s.connect((SERVER, 53))
    s.settimeout(5)
    s.send(question(5, sys.argv[3], 1, b"\0" + struct.pack("!HHIH", 41, 4096, 0, len(option)) + option))
    try:
        told([5], [s.recv(65536)])
    except TimeoutError:
        print("silent")
elif WAY == "idle":  # NAME: one question, then silence until the other side ends it
    s = stream()
    s.sendall(framed(question(1, sys.argv[3])))
    told([1], list(messages(s)))
elif WAY == "many":  # NAME TIMES: so many connections at a time, a question over each
    name, times = sys.argv[3], int(sys.argv[4])
    all, answered = [], 0
    for i in range(times):
        try:
            s = stream()
            s.sendall(framed(question(i, name)))
            all.append(s)
            answered += next(messages(s), None) is not None
        except OSError:
            pass
    print("answered", answered)
elif WAY == "damaged":  # things that are no questions: what comes back, and that the next one is answered
    s = socket.socket(FAMILY, socket.SOCK_DGRAM)
    s.connect((SERVER, 53))
    s.settimeout(3)
    name = sys.argv[3]
    good = question(9, name)
    hostile = [
        b"", b"\0", good[:11], good[:20], good + b"\0",
        good[:4] + b"\0\2" + good[6:],
        good[:12] + b"\xc0\x0c" + good[-4:],
        good[:12] + b"\xc0\xff" + good[-4:],
        good[:12] + b"\x40" + good[13:],
        good[:12] + (b"\x3f" + b"a" * 63) * 5 + b"\0\0\1\0\1",
        good[:2] + b"\x84\0" + good[4:],
        good[:2] + b"\x28\0" + good[4:],
        good[:6] + b"\0\1" + good[8:],
        bytes(range(256)) * 200,
    ]
    for each in hostile:
        s.send(each)
    s.send(good)
    codes = []
    try:
        while 0 not in codes:
            codes.append(s.recv(65536)[3] & 15)
    except TimeoutError:
        pass
    print("answered" if 0 in codes else "silent", "others", sorted(set(codes) - {0}))
elif WAY == "steady":  # NAME TIMES MILLIS: a question each MILLIS, by datagram and over a connection; nothing is asked twice
    name, times, pause = sys.argv[3], int(sys.argv[4]), int(sys.argv[5]) / 1000
    answered, slowest, lock = {"udp": 0, "tcp": 0}, [0.0], threading.Lock()

    def once(kind, number):
        began = time.monotonic()
        try:
            with socket.socket(FAMILY, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM) as s:
                s.settimeout(40)
                s.connect((SERVER, 53))
                message = question(number, name)
                s.sendall(message if kind == "udp" else framed(message))
                answer = s.recv(65536) if kind == "udp" else next(messages(s), b"")
            good = len(answer) > 12 and answer[3] & 15 == 0
        except OSError:
            good = False
        with lock:
            answered[kind] += good
            slowest[0] = max(slowest[0], time.monotonic() - began)

    threads = []
    for i in range(times):
        for kind in ("udp", "tcp"):
            threads.append(threading.Thread(target=once, args=(kind, i)))
            threads[-1].start()
        if i == 20:
            print("begun", flush=True)
        time.sleep(pause)
    for t in threads:
        t.join()
    print("udp", answered["udp"], "tcp", answered["tcp"], "of", times, "slowest ms", round(slowest[0] * 1000))
elif WAY == "back":  # NAME SECONDS: the same question every 20 ms, nobody waits for a lost one; when the first was answered, ms since 1970
    name, end = sys.argv[3], time.monotonic() + float(sys.argv[4])
    s = socket.socket(FAMILY, socket.SOCK_DGRAM)
    s.connect((SERVER, 53))
    s.settimeout(0.02)
    number, answered = 0, 0
    print("begun", flush=True)
    while time.monotonic() < end and not answered:
        s.send(question(number := number + 1, name))
        try:
            answer = s.recv(65536)
            answered = len(answer) > 12 and answer[3] & 15 == 0 and answer[6:8] != b"\0\0" and time.time() * 1000
        except (TimeoutError, ConnectionRefusedError):
            pass
    print("answered", round(answered), "questions", number)
