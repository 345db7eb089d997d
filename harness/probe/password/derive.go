package password

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// A way is how passwords may come from what is public: a form, a digest, an encoding, and where in its text they stand.
type way struct {
	form, digest, encoding string
	at                     int // from the start; or, when negative, from the end
	back                   bool
	whole                  bool // with what all samples share
}

// text is the way without the place in its text.
func (w way) text() way { return way{form: w.form, digest: w.digest, encoding: w.encoding} }

func (w way) String() string {
	s := w.form
	if w.digest != "" {
		s = w.digest + " of " + s
	}
	if w.encoding != "" {
		s += ", in " + w.encoding
	}
	where := fmt.Sprintf("from place %d on", w.at+1)
	if w.at < 0 {
		where = fmt.Sprintf("ending %d before its end", -w.at-1)
		if w.at == -1 {
			where = "at its end"
		}
	} else if w.at == 0 {
		where = "at its start"
	}
	if w.back {
		where += ", reversed"
	}
	return s + ", " + where
}

const (
	scouts   = 4 // samples in which each way is looked for; the others are held against what they show
	leastLen = 4 // characters that a derivation must explain
)

// derived looks for passwords, and pieces of them, that come from what is public.
func (l *look) derived() {
	columns := l.publics()
	if len(columns) == 0 {
		l.Cannot = append(l.Cannot, "no public value (mac, serial, ssid, model, date) was given, so that no derivation was looked for")
		return
	}
	known := encodings(l.letters)
	scout := l.scouts()
	tried := 0
	seen := map[way]bool{}
	for _, i := range scout {
		n := l.ways(i, known, nil, func(w way) { seen[w] = true })
		tried = max(tried, n)
	}
	l.looked("derivation from %s: %d ways of writing, hashing, encoding and cutting", strings.Join(columns, ", "), tried)
	hits := map[way][]int{}
	if len(seen) > 0 {
		texts := map[way]bool{}
		for w := range seen {
			texts[w.text()] = true
		}
		for i := range l.all {
			l.ways(i, known, texts, func(w way) {
				if seen[w] {
					hits[w] = append(hits[w], i)
				}
			})
		}
	}
	p := l.agree(0, l.Shortest-l.Before-l.After)
	best, at := way{}, []int(nil)
	for w, in := range hits {
		in = slices.Compact(in)
		if len(in) > len(at) || len(in) == len(at) && w.String() < best.String() {
			best, at = w, in
		}
	}
	chance := float64(tried) * several(l.Samples, len(at), p)
	if len(at) > 0 && chance < 0.01 && l.Different > 1 || l.Samples == 1 && len(at) > 0 && chance < 0.01 {
		l.found("derived", at, chance, "they are %s", best)
	}
	if len(at) < l.Samples {
		l.pieces()
	}
}

// scouts are samples spread over the file.
func (l *look) scouts() (out []int) {
	n := min(scouts, l.Samples)
	for k := range n {
		out = append(out, (k*l.Samples/n+k)%l.Samples) // the step is odd, so that lines of one of two batches are met
	}
	return out
}

// ways finds every way in which one sample comes from what is public, and counts what it tried; of all texts, or of some.
func (l *look) ways(i int, known []encoding, only map[way]bool, hit func(way)) (tried int) {
	public := l.all[i].Public
	rest, whole := string(l.rest[i]), string(l.values[i])
	type wanted struct {
		text        string
		back, whole bool
	}
	want := []wanted{}
	for _, w := range []wanted{{rest, false, false}, {reversed(rest), true, false}, {whole, false, true}, {reversed(whole), true, true}} {
		if len(w.text) >= leastLen && !(w.whole && whole == rest) {
			want = append(want, w)
		}
	}
	look := func(f, d, e, text string, fold bool) {
		if fold {
			text = strings.ToLower(text)
		}
		for _, w := range want {
			t := w.text
			if fold {
				t = strings.ToLower(t)
			}
			tried += max(0, len(text)-len(t)+1)
			if at := strings.Index(text, t); at >= 0 {
				hit(way{f, d, e, at, w.back, w.whole})
				hit(way{f, d, e, at + len(t) - len(text) - 1, w.back, w.whole})
			}
		}
	}
	wants := func(f, d, e string) bool { return only == nil || only[way{form: f, digest: d, encoding: e}] }
	for _, f := range forms(public) {
		if wants(f.name, "", "") {
			look(f.name, "", "", f.value, true)
		}
		for _, d := range digests {
			var sum []byte
			for _, e := range known {
				if !wants(f.name, d.name, e.name) {
					continue
				}
				if sum == nil {
					sum = d.of(f.value, public["model"])
				}
				if sum != nil {
					look(f.name, d.name, e.name, e.of(sum), e.fold)
				}
			}
		}
	}
	return tried
}

// A piece is a part of the passwords that stands in what is public.
type piece struct {
	form    string
	from    int // in the form, from its end
	at, len int // in the rest
}

// pieces looks for parts of passwords that can be read off what is public.
func (l *look) pieces() {
	width := l.Shortest - l.Before - l.After
	seen := map[piece]bool{}
	tried := 1
	for _, i := range l.scouts() {
		for _, f := range forms(l.all[i].Public) {
			text, rest := strings.ToLower(f.value), strings.ToLower(string(l.rest[i]))
			tried += len(text)
			for at := range max(0, min(width, len(rest))-1) {
				for n := min(width, len(rest)) - at; n >= 2; n-- {
					if from := strings.LastIndex(text, rest[at:at+n]); from >= 0 {
						seen[piece{f.name, len(text) - from, at, n}] = true
						break
					}
				}
			}
		}
	}
	tried *= max(1, width) * max(1, width)
	hits := map[piece][]int{}
	for i := range l.all {
		rest := strings.ToLower(string(l.rest[i]))
		values := map[string]string{}
		for _, f := range forms(l.all[i].Public) {
			values[f.name] = strings.ToLower(f.value)
		}
		for p := range seen {
			text := values[p.form]
			if from := len(text) - p.from; from >= 0 && from+p.len <= len(text) && p.at+p.len <= len(rest) && text[from:from+p.len] == rest[p.at:p.at+p.len] {
				hits[p] = append(hits[p], i)
			}
		}
	}
	best, least := piece{}, math.Inf(1)
	for p, in := range hits {
		chance := float64(tried) * several(l.Samples, len(in), l.agree(p.at, p.at+p.len))
		if chance < least || chance == least && p.form < best.form {
			best, least = p, chance
		}
	}
	if least < Doubt {
		l.found("piece", hits[best], least, "their characters %d to %d stand in %s", l.Before+best.at+1, l.Before+best.at+best.len, best.form)
	}
}
