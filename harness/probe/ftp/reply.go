package ftp

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Bounds of one reply.
const (
	maxLines = 100
	maxLine  = 1024 // bytes
)

// A reply is a code and its lines, of which the first and the last begin with it (RFC 959, 4.2).
type reply struct {
	code  int // 0: no whole reply came
	lines []string
}

// text is what it says, on one line, at most 512 bytes.
func (r reply) text() string {
	s := strings.Join(r.lines, " / ")
	return strings.ToValidUTF8(s[:min(len(s), 512)], "\ufffd")
}

// readReply reads one reply. Its lines are printable, and bounded in number and length.
func readReply(in *bufio.Reader) (r reply, err error) {
	code := 0
	for len(r.lines) < maxLines {
		line, err := readLine(in)
		if err != nil {
			return r, err
		}
		r.lines = append(r.lines, line)
		n, last, ok := status(line)
		if !ok && code == 0 {
			return r, fmt.Errorf("read a reply: it begins with %q and not with a code", line)
		}
		if ok && code == 0 {
			code = n
		}
		if ok && last && n == code {
			r.code = n
			return r, nil
		}
	}
	return r, fmt.Errorf("read a reply: it has more than %d lines", maxLines)
}

// status reads the code of a line, and whether it ends the reply.
func status(line string) (code int, last, ok bool) {
	if len(line) < 3 || line[0] < '1' || line[0] > '6' {
		return 0, false, false
	}
	for _, c := range []byte(line[:3]) {
		if c < '0' || c > '9' {
			return 0, false, false
		}
		code = code*10 + int(c-'0')
	}
	if len(line) == 3 || line[3] == ' ' {
		return code, true, true
	}
	return code, false, line[3] == '-'
}

// readLine reads up to a line feed and drops what is not printable; what is longer than maxLine is an error.
func readLine(in *bufio.Reader) (string, error) {
	var b []byte
	for len(b) <= maxLine {
		c, err := in.ReadByte()
		if err == io.EOF && len(b) > 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return "", err
		}
		if c == '\n' {
			return strings.Map(func(r rune) rune {
				if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
					return -1
				}
				return r
			}, strings.ToValidUTF8(string(b), "\ufffd")), nil
		}
		b = append(b, c)
	}
	return "", fmt.Errorf("read a line: it is longer than %d bytes", maxLine)
}
