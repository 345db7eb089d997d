package ssh

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/cryptobyte"
)

// Bounds of what is read before any key is agreed.
const (
	maxLine   = 1024  // RFC 4253 section 4.2 allows 255 for the identification
	maxLines  = 64    // before the identification
	maxPacket = 65536 // RFC 4253 section 6.1 asks for 35,000
)

var errNotSSH = errors.New("the answer is not SSH")

// An ident is a server's identification (RFC 4253 section 4.2).
type ident struct {
	line     string
	before   []string // lines that came first
	protocol string
	software string
	comment  string
}

// readIdent reads lines up to the identification.
func readIdent(r *bufio.Reader) (ident, error) {
	var id ident
	for range maxLines {
		line, err := readLine(r)
		if err != nil {
			return id, err
		}
		if !strings.HasPrefix(line, "SSH-") {
			id.before = append(id.before, line)
			continue
		}
		id.line = line
		protocol, rest, ok := strings.Cut(strings.TrimPrefix(line, "SSH-"), "-")
		if !ok {
			return id, fmt.Errorf("%w: the identification has no software version", errNotSSH)
		}
		id.protocol = protocol
		id.software, id.comment, _ = strings.Cut(rest, " ")
		return id, nil
	}
	return id, fmt.Errorf("%w: %d lines came and none of them is an identification", errNotSSH, maxLines)
}

// readLine reads to LF and takes CR LF off.
func readLine(r *bufio.Reader) (string, error) {
	var b []byte
	for len(b) <= maxLine {
		c, err := r.ReadByte()
		if err != nil {
			if err == io.EOF && len(b) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return "", err
		}
		if c == '\n' {
			return strings.TrimSuffix(string(b), "\r"), nil
		}
		b = append(b, c)
	}
	return "", fmt.Errorf("%w: a line has more than %d bytes", errNotSSH, maxLine)
}

// A kexInit is SSH_MSG_KEXINIT (RFC 4253 section 7.1): the lists as sent. In is from the client to the server.
type kexInit struct {
	kex, hostKey                  []string
	cipherIn, cipherOut           []string
	macIn, macOut                 []string
	compressionIn, compressionOut []string
}

// readPacket reads one packet in clear and returns its payload (RFC 4253 section 6).
func readPacket(r io.Reader) ([]byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	length, padding := binary.BigEndian.Uint32(head[:]), uint32(head[4])
	if length > maxPacket || length < padding+2 {
		return nil, fmt.Errorf("%w: a packet says it has %d bytes and %d of padding", errNotSSH, length, padding)
	}
	b := make([]byte, length-1)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, err
	}
	return b[:length-1-padding], nil
}

// readKexInit reads packets up to the KEXINIT; IGNORE and DEBUG may come first.
func readKexInit(r io.Reader) (kexInit, error) {
	for range 16 {
		b, err := readPacket(r)
		if err != nil {
			return kexInit{}, err
		}
		switch b[0] {
		case 2, 4: // IGNORE, DEBUG
		case 20:
			return parseKexInit(b[1:])
		case 1:
			return kexInit{}, fmt.Errorf("it disconnected: %s", parseDisconnect(b[1:]))
		default:
			return kexInit{}, fmt.Errorf("%w: message %d came in place of KEXINIT", errNotSSH, b[0])
		}
	}
	return kexInit{}, fmt.Errorf("%w: 16 messages came and none of them is KEXINIT", errNotSSH)
}

func parseKexInit(b []byte) (kexInit, error) {
	var k kexInit
	var languages []string
	s := cryptobyte.String(b)
	if !s.Skip(16) {
		return k, fmt.Errorf("%w: the KEXINIT is malformed", errNotSSH)
	}
	for _, list := range []*[]string{&k.kex, &k.hostKey, &k.cipherIn, &k.cipherOut, &k.macIn, &k.macOut,
		&k.compressionIn, &k.compressionOut, &languages, &languages} {
		if !readNames(&s, list) {
			return k, fmt.Errorf("%w: the KEXINIT is malformed", errNotSSH)
		}
	}
	return k, nil
}

// readNames reads a name-list (RFC 4251 section 5).
func readNames(s *cryptobyte.String, names *[]string) bool {
	text, ok := readString(s)
	if ok && text != "" {
		*names = strings.Split(text, ",")
	}
	return ok
}

func readString(s *cryptobyte.String) (string, bool) {
	var n uint32
	var b []byte
	if !s.ReadUint32(&n) || n > maxPacket || !s.ReadBytes(&b, int(n)) {
		return "", false
	}
	return string(b), true
}

func parseDisconnect(b []byte) string {
	s := cryptobyte.String(b)
	var code uint32
	if !s.ReadUint32(&code) {
		return "no reason given"
	}
	text, _ := readString(&s)
	return fmt.Sprintf("reason %d, %q", code, cut(text))
}

// cut bounds a text of the device.
func cut(s string) string {
	if len(s) > maxLine {
		return s[:maxLine]
	}
	return s
}
