package rtsp

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Bounds of one reply.
const (
	maxLine   = 2 << 10
	maxFields = 64
	maxBody   = 32 << 10
)

// A Reply is one that came. Texts are printable.
type Reply struct {
	Status int // 0: none came, or a broken one
	Reason string
	fields map[string]string // names in lower case, those of one name joined by commas
	body   string
}

func (r Reply) field(name string) string { return r.fields[name] }

var statusLine = regexp.MustCompile(`^RTSP/\d\.\d ([1-5]\d\d)(?: (.*))?$`)

// readReply reads one reply: a status line, fields, and as many bytes as Content-Length says (RFC 2326, 7 and 12.14).
func readReply(in *bufio.Reader) (Reply, error) {
	line, err := readLine(in)
	if err != nil {
		return Reply{}, err
	}
	m := statusLine.FindStringSubmatch(line)
	if m == nil {
		return Reply{}, fmt.Errorf("read a reply of RTSP: it begins with %.40q", line)
	}
	status, _ := strconv.Atoi(m[1])
	r := Reply{Status: status, Reason: m[2], fields: map[string]string{}}
	for n := 0; ; n++ {
		line, err := readLine(in)
		if err != nil || n > maxFields {
			return Reply{}, fmt.Errorf("read a reply of RTSP: its head does not end: %w", err)
		}
		if line == "" {
			break
		}
		name, value, _ := strings.Cut(line, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if old, is := r.fields[name]; is {
			value = old + ", " + value
		}
		r.fields[name] = value
	}
	if l := r.fields["content-length"]; l != "" {
		n, err := strconv.Atoi(l)
		if err != nil || n < 0 || n > maxBody {
			return Reply{}, fmt.Errorf("read a reply of RTSP: a body of %.20q bytes", l)
		}
		b := make([]byte, n)
		if _, err := io.ReadFull(in, b); err != nil {
			return Reply{}, fmt.Errorf("read the body of a reply of RTSP: %w", err)
		}
		r.body = printable(string(b), true)
	}
	return r, nil
}

// readLine reads a line without its end, printable, of at most maxLine bytes.
func readLine(in *bufio.Reader) (string, error) {
	var b []byte
	for len(b) <= maxLine {
		c, err := in.ReadByte()
		if err != nil {
			return "", err
		}
		if c == '\n' {
			return printable(strings.TrimSuffix(string(b), "\r"), false), nil
		}
		b = append(b, c)
	}
	return "", fmt.Errorf("read a line of RTSP: longer than %d bytes", maxLine)
}

// printable makes spaces of what is not; ends of lines stay where lines do.
func printable(s string, lines bool) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || lines && r == '\n' {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(s, "\ufffd"))
}
