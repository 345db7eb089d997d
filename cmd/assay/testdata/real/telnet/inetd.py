import os, socket, sys

# Runs a program for each connection at a port, on the connection.
server = socket.create_server(("0.0.0.0", int(sys.argv[1])))
while True:
    conn, _ = server.accept()
    if os.fork() == 0:
        for fd in range(3):
            os.dup2(conn.fileno(), fd)
        os.execvp(sys.argv[2], sys.argv[2:])
    conn.close()
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                break
        except ChildProcessError:
            break
