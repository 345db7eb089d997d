package coap

import (
	"context"
	"fmt"
	"strings"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/probe/http"
)

// Shows looks for a value that was just written elsewhere in all that anybody reads: where it is, what was written needs no log-in.
type Shows struct {
	Port   uint16
	Canary evidence.Secret
	Look   int // a second look is another question
}

// A Showing is what was found.
type Showing struct {
	Read []string // paths that anybody reads
	At   string   // the first that shows the value; "": none does
}

func (q Shows) String() string {
	return fmt.Sprintf("whether CoAP on port %d shows %v", q.Port, q.Canary)
}

// Ask reads the list anew, and each resource in it.
func (q Shows) Ask(ctx context.Context, on *dial.Device) (s Showing, err error) {
	value, err := q.Canary.Reveal()
	if err != nil {
		return s, fmt.Errorf("look for a value in CoAP on port %d: %w", q.Port, err)
	}
	conn, err := on.Dial(ctx, "udp", q.Port)
	if err != nil {
		return s, fmt.Errorf("ask CoAP on port %d: %w", q.Port, err)
	}
	defer conn.Close()
	c := client{conn: conn}
	core, list, err := c.read(ctx, "/.well-known/core")
	if err != nil || core != "2.05" {
		return s, err
	}
	for i, link := range links(string(list)) {
		if i == maxRead {
			break
		}
		got, body, err := c.read(ctx, link.Path)
		if err != nil {
			return s, fmt.Errorf("read %s from CoAP on port %d: %w", link.Path, q.Port, err)
		}
		http.Learn(body)
		on.Evidence("resource "+link.Path, body)
		if got != "2.05" {
			continue
		}
		s.Read = append(s.Read, link.Path)
		if s.At == "" && strings.Contains(string(body), value) {
			s.At = link.Path
		}
	}
	return s, nil
}
