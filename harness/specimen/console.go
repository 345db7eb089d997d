package specimen

import (
	"bufio"
	"io"
	"net"
	"strings"
)

// debugs tells whether the debug console is on: a fault or an oddity, declared as it is.
func (d *Device) debugs() bool {
	return d.any("network-debug-shell-open", "debug-console-by-signature")
}

// console is the maker's debug console: it lets in who signs its challenge with the maker's key, which nobody here has. As a fault
// it is a root shell, which can do sums.
func (d *Device) console(l net.Listener) {
	d.accept(l, func(c net.Conn) {
		in := bufio.NewReader(io.LimitReader(c, 4<<10))
		if !d.is("network-debug-shell-open") {
			io.WriteString(c, model+" debug console\r\nsign "+random(32)+": ")
			if _, err := in.ReadString('\n'); err == nil {
				io.WriteString(c, "not the maker's signature\r\n")
			}
			return
		}
		io.WriteString(c, model+" debug console\r\n/ # ")
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			line = strings.TrimSpace(line)
			if strings.Contains(line, "echo $((20+22))") { // the one sum that the harness gives
				io.WriteString(c, strings.TrimPrefix(strings.Replace(line, "$((20+22))", "42", 1), "echo ")+"\r\n")
			}
			io.WriteString(c, "/ # ")
		}
	})
}
