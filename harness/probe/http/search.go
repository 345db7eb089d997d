package http

import (
	"context"
	"fmt"
	"strings"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/probe/canary"
	"github.com/secure-by-design/assay/provisions"
)

// Search looks for known secrets in all that a web server gives to anybody, however they are spelt.
type Search struct {
	Port uint16
	TLS  bool
	For  []evidence.Secret
}

// Level is gentle: none of the secrets is sent.
func (Search) Level() provisions.Level { return provisions.Gentle }
func (q Search) String() string {
	return fmt.Sprintf("whether the web server on TCP %d gives one of %d secrets to anybody", q.Port, len(q.For))
}

// Searched is what was found, and in how much.
type Searched struct {
	Open   bool
	Shown  []Shown
	Short  []evidence.Secret // too short to be told from chance, and so only looked for as a digest
	Paths  int               // that answered
	Bytes  int
	Missed int    // paths that gave no answer, or put us off: what is there is not known
	Why    string // why the crawl ended early
}

// Shown is a secret on a page; several spellings of it are several.
type Shown struct {
	Path     string
	Status   int
	Secret   evidence.Secret
	Spelling string // as package canary names it
}

// Ask crawls and looks. It needs the values, and so fails on a record.
func (q Search) Ask(ctx context.Context, on *dial.Device) (Searched, error) {
	var out Searched
	var values []string
	for _, s := range q.For {
		v, err := s.Reveal()
		if err != nil {
			return out, fmt.Errorf("search the pages on TCP %d: %w", q.Port, err)
		}
		if len(v) < evidence.MinCut {
			out.Short = append(out.Short, s)
		}
		values = append(values, v)
	}
	finder := canary.New(values...)
	site, err := Pages{Port: q.Port, TLS: q.TLS}.crawl(ctx, on, func(path string, r Response) {
		out.Paths++
		out.Bytes += len(r.Body)
		out.see(finder, q.For, path, r)
	})
	out.Open, out.Missed, out.Why = site.Open, site.Failed+site.Limited, site.Why
	return out, err
}

// see looks through header and body of an answer.
func (s *Searched) see(f *canary.Finder, secrets []evidence.Secret, path string, r Response) {
	var head strings.Builder
	_ = r.Header.Write(&head) // a Builder does not fail
	seen := map[Shown]bool{}
	for _, part := range [][]byte{[]byte(head.String()), r.Body} {
		for _, h := range f.Find(part) {
			one := Shown{path, r.Status, secrets[h.Value], h.Spelling}
			if !seen[one] && len(s.Shown) < canary.MaxHits {
				seen[one] = true
				s.Shown = append(s.Shown, one)
			}
		}
	}
}
