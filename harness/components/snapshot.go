package components

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
)

// A Snapshot is a list of vulnerabilities as of a day.
type Snapshot struct {
	Day       time.Time // the newest change in it
	Records   int
	byName    map[string][]record // OSV, by package in lower case
	exploited map[string]bool     // CVE
	hasKEV    bool
}

// A record is an OSV record (https://ossf.github.io/osv-schema), as far as it is used.
type record struct {
	ID       string
	Modified time.Time
	Summary  string
	Aliases  []string
	Affected []struct {
		Package  struct{ Ecosystem, Name, Purl string }
		Versions []string
		Ranges   []struct {
			Type   string
			Events []struct {
				Introduced, Fixed string
				LastAffected      string `json:"last_affected"`
			}
		}
	}
}

type catalogue struct {
	DateReleased    time.Time
	Vulnerabilities []struct{ CveID string }
}

// Bounds of a snapshot.
const (
	MostBytes   = 512 << 20 // of the file
	mostRecord  = 4 << 20
	mostRecords = 500_000
)

// ReadSnapshot reads a zip archive of JSON files, or one JSON file: OSV records, alone or in a list, and the catalogue of known
// exploited vulnerabilities. All are told by their content.
func ReadSnapshot(data []byte) (*Snapshot, error) {
	s := &Snapshot{byName: map[string][]record{}, exploited: map[string]bool{}}
	if !bytes.HasPrefix(data, []byte("PK")) {
		return s, s.whole(s.read(data))
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("read the list of vulnerabilities: %w", err)
	}
	total := 0
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".json") || f.FileInfo().IsDir() {
			continue
		}
		from, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("read the list of vulnerabilities: %.80q: %w", f.Name, err)
		}
		b, err := io.ReadAll(io.LimitReader(from, mostRecord*8+1))
		from.Close()
		if total += len(b); total > 4*MostBytes || len(b) > mostRecord*8 {
			return nil, fmt.Errorf("read the list of vulnerabilities: %.80q: it unpacks to too much", f.Name)
		}
		if err == nil {
			err = s.read(b)
		}
		if err != nil {
			return nil, fmt.Errorf("read the list of vulnerabilities: %.80q: %w", f.Name, err)
		}
	}
	return s, s.whole(nil)
}

func (s *Snapshot) whole(err error) error {
	switch {
	case err != nil:
		return fmt.Errorf("read the list of vulnerabilities: %w", err)
	case s.Records == 0:
		return errors.New("read the list of vulnerabilities: it holds no OSV record\n  give an export of OSV (zip, or JSON), and the catalogue of known exploited vulnerabilities in it")
	case s.Day.IsZero():
		return errors.New("read the list of vulnerabilities: no record says when it was changed, so that the list has no day")
	}
	return nil
}

// read takes one JSON file.
func (s *Snapshot) read(data []byte) error {
	data = bytes.TrimSpace(data)
	if bytes.HasPrefix(data, []byte("[")) {
		var list []record
		if err := json.Unmarshal(data, &list); err != nil {
			return err
		}
		for _, r := range list {
			s.add(r)
		}
		return nil
	}
	var one struct {
		record
		catalogue
		OSV []record  `json:"osv"`
		KEV catalogue `json:"kev"`
	}
	if err := json.Unmarshal(data, &one); err != nil {
		return err
	}
	for _, r := range append(one.OSV, one.record) {
		if r.ID != "" {
			s.add(r)
		}
	}
	for _, c := range []catalogue{one.catalogue, one.KEV} {
		for _, v := range c.Vulnerabilities {
			s.exploited[v.CveID], s.hasKEV = true, true
		}
		s.newer(c.DateReleased)
	}
	return nil
}

func (s *Snapshot) add(r record) {
	if s.Records >= mostRecords {
		return
	}
	s.Records++
	s.newer(r.Modified)
	seen := map[string]bool{}
	for _, a := range r.Affected {
		if name := strings.ToLower(a.Package.Name); name != "" && !seen[name] {
			seen[name] = true
			s.byName[name] = append(s.byName[name], r)
		}
	}
}

func (s *Snapshot) newer(t time.Time) {
	if t.After(s.Day) {
		s.Day = t
	}
}

// A Match is a vulnerability that is published for a component's version.
type Match struct {
	Component
	ID        string // CVE where there is one
	Fixed     string // in, "": not said
	Exploited bool   // known to be
	Backport  bool   // the version is a distribution's, which may have the fix
}

// Match finds what is published for components.
func (s *Snapshot) Match(parts []Component) (out []Match) {
	for _, c := range parts {
		for _, r := range s.byName[strings.ToLower(c.Name)] {
			fixed, hit := r.affects(c)
			if !hit {
				continue
			}
			m := Match{Component: c, ID: r.ID, Fixed: fixed, Backport: Distributed(c.Version)}
			for _, id := range append([]string{r.ID}, r.Aliases...) {
				if strings.HasPrefix(id, "CVE-") {
					m.ID = id
					m.Exploited = m.Exploited || s.exploited[id]
				}
			}
			if !slices.ContainsFunc(out, func(o Match) bool { return o.ID == m.ID && o.Name == m.Name && o.Version == m.Version }) {
				out = append(out, m)
			}
		}
	}
	return out
}

// affects tells whether a version lies in a range, and where that ends.
func (r record) affects(c Component) (fixed string, hit bool) {
	v := upstream(c.Version)
	for _, a := range r.Affected {
		if !strings.EqualFold(a.Package.Name, c.Name) {
			continue
		}
		if slices.Contains(a.Versions, c.Version) || slices.Contains(a.Versions, v) {
			hit = true
		}
		for _, g := range a.Ranges {
			if g.Type == "GIT" {
				continue
			}
			in := false
			for _, e := range g.Events {
				switch {
				case e.Introduced != "" && (e.Introduced == "0" || Compare(v, upstream(e.Introduced)) >= 0):
					in = true
				case e.Fixed != "" && in && Compare(v, upstream(e.Fixed)) >= 0, e.LastAffected != "" && in && Compare(v, upstream(e.LastAffected)) > 0:
					in = false
				case e.Fixed != "" && in:
					fixed, hit = cmp.Or(fixed, e.Fixed), true
				case e.LastAffected != "" && in:
					hit = true
				}
			}
			hit = hit || in
		}
	}
	return fixed, hit
}

// Compare orders versions as people count: numbers by value, letters after none (1.1.1 before 1.1.1k before 1.1.2), pre-releases first.
func Compare(a, b string) int {
	x, y := tokens(a), tokens(b)
	for i := range max(len(x), len(y)) {
		p, q := token{}, token{}
		if i < len(x) {
			p = x[i]
		}
		if i < len(y) {
			q = y[i]
		}
		if c := p.compare(q); c != 0 {
			return c
		}
	}
	return 0
}

type token struct {
	number string // without leading zeros
	word   string
}

func (t token) rank() int {
	switch {
	case slices.Contains([]string{"alpha", "beta", "rc", "pre", "dev"}, t.word):
		return -1
	case t.word != "":
		return 1
	case t.number != "":
		return 2
	}
	return 0
}

func (t token) compare(o token) int {
	if a, b := t.rank(), o.rank(); a != b {
		if t.number == "0" && b == 0 || o.number == "0" && a == 0 {
			return 0 // 1.0 is 1.0.0
		}
		return a - b
	}
	if len(t.number) != len(o.number) {
		return len(t.number) - len(o.number)
	}
	return strings.Compare(t.number+t.word, o.number+o.word)
}

func tokens(v string) (out []token) {
	for v != "" && len(out) < 20 {
		n := strings.IndexFunc(v, func(r rune) bool { return !unicode.IsDigit(r) })
		w := strings.IndexFunc(v, func(r rune) bool { return !unicode.IsLetter(r) })
		switch {
		case n != 0:
			if n < 0 {
				n = len(v)
			}
			num := strings.TrimLeft(v[:n], "0")
			if num == "" {
				num = "0"
			}
			out, v = append(out, token{number: num}), v[n:]
		case w != 0:
			if w < 0 {
				w = len(v)
			}
			out, v = append(out, token{word: strings.ToLower(v[:w])}), v[w:]
		default:
			v = strings.TrimLeftFunc(v, func(r rune) bool { return !unicode.IsDigit(r) && !unicode.IsLetter(r) })
		}
	}
	return out
}
