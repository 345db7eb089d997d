// Package tftp reads files of TFTP servers (RFC 1350) by names that firmware and configurations often have.
//
// Its one idea is that a server which gives any name gives nothing: an invented name is asked first, and only the first block of a
// file is taken, which an error then ends. Nothing is written.
//
//	r, err := tftp.Files{Port: 69}.Ask(ctx, on)
//	// r.Read: [{config.bin 512 ...}]
package tftp

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/http"
)

// Bounds. Times are real.
const (
	Within  = time.Second // for an answer
	sends   = 2
	maxText = 200
)

// Files asks for a list of names.
type Files struct{ Port uint16 }

// names are what is asked for: the files of boot loaders and backups. The list is general knowledge.
var names = []string{"firmware.bin", "uImage", "config.bin", "config.xml", "running-config", "startup-config", "backup.cfg", "pxelinux.0", "pxelinux.cfg/default", "test.bin", "etc/passwd", "../../../etc/passwd"}

// Got is what came.
type Got struct {
	Answered bool // in TFTP
	Anything bool // an invented name is given too
	Asked    int
	Read     []File
	Refusal  string // what the server says to an invented name
}

// A File is one that was given.
type File struct {
	Name string
	Size int    // bytes of its first block
	Text string // the printable part of that, at most 200 characters
}

func (q Files) String() string {
	return fmt.Sprintf("which files TFTP on port %d gives to anybody", q.Port)
}

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Files) Lasting() {}

// Ask asks.
func (q Files) Ask(ctx context.Context, on *dial.Device) (g Got, err error) {
	invented, err := q.read(ctx, on, "assay-nobody-has-this")
	if err != nil || invented.code == 0 {
		return g, err
	}
	g.Answered, g.Anything, g.Refusal = true, invented.code == data, invented.text
	if g.Anything {
		return g, nil
	}
	for _, name := range names {
		a, err := q.read(ctx, on, name)
		if err != nil {
			return g, err
		}
		g.Asked++
		if a.code == data {
			http.Learn(a.block)
			on.Evidence("first block of "+name, a.block)
			g.Read = append(g.Read, File{name, len(a.block), clean(string(a.block))})
		}
	}
	return g, nil
}

// Codes (RFC 1350 clause 5).
const (
	readRequest, data, failure = 1, 3, 5
)

// An answer is a block or an error; its code is 0 where nothing came.
type answer struct {
	code  byte
	block []byte
	text  string
}

// read asks for a file and takes its first block. The answer comes from a port of its own, which is told to end.
func (q Files) read(ctx context.Context, on *dial.Device, name string) (answer, error) {
	g, err := on.Datagrams(ctx)
	if err != nil {
		return answer{}, fmt.Errorf("ask TFTP on port %d: %w", q.Port, err)
	}
	defer g.Close()
	request := append([]byte{0, readRequest}, name+"\x00octet\x00"...)
	for range sends {
		if err := g.Send(ctx, q.Port, request); err != nil {
			return answer{}, fmt.Errorf("ask TFTP on port %d for %s: %w", q.Port, name, err)
		}
		for end := time.Now().Add(Within); ; {
			d, ok := g.Receive(time.Until(end))
			if !ok {
				break
			}
			if d.Outcome != dial.Opened {
				return answer{}, nil
			}
			if a := parse(d.Bytes); a.code != 0 {
				if a.code == data && on.InScope(netip.AddrPortFrom(on.Address(), d.Port)) {
					_ = g.Send(ctx, d.Port, append([]byte{0, failure, 0, 0}, "enough\x00"...)) // else it repeats itself until it gives up
				}
				return a, nil
			}
		}
	}
	return answer{}, nil
}

// parse reads an answer to a read request.
func parse(b []byte) (a answer) {
	switch {
	case len(b) >= 4 && b[0] == 0 && b[1] == data && binary.BigEndian.Uint16(b[2:]) == 1 && len(b) <= 4+512:
		return answer{code: data, block: b[4:]}
	case len(b) >= 4 && b[0] == 0 && b[1] == failure:
		text, _, _ := strings.Cut(string(b[4:]), "\x00")
		return answer{code: failure, text: clean(text)}
	}
	return a
}

var unprintable = regexp.MustCompile(`[^ -~]+`)

func clean(s string) string {
	return strings.TrimSpace(unprintable.ReplaceAllString(s[:min(len(s), maxText)], " "))
}
