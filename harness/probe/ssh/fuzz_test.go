package ssh

import (
	"bufio"
	"bytes"
	"testing"
)

func FuzzReadIdent(f *testing.F) {
	f.Add([]byte("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"))
	f.Add([]byte("hello\r\n\r\nSSH-1.99-x\n"))
	f.Add([]byte("SSH-2.0\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		id, err := readIdent(bufio.NewReader(bytes.NewReader(b)))
		if err == nil && (len(id.line) > maxLine || id.protocol == "" && id.line[4] != '-') {
			t.Errorf("%+v", id)
		}
		if len(id.before) > maxLines {
			t.Error("lines without bound")
		}
	})
}

func FuzzReadKexInit(f *testing.F) {
	empty := append([]byte{0, 0, 0, 68, 5, 20}, make([]byte, 66)...)
	f.Add(empty)
	f.Add([]byte{0, 0, 0, 12, 4, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{0, 0, 0, 2, 0, 20})
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := readKexInit(bytes.NewReader(b))
		if err == nil && len(k.kex)+len(k.hostKey) > len(b) {
			t.Error("more names than bytes")
		}
	})
}
