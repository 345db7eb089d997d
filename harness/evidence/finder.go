package evidence

import "bytes"

// A Finder looks for many texts in one pass, by their first MinCut bytes.
type Finder struct{ by map[[MinCut]byte][]found }

type found struct{ text, handle string }

// NewFinder makes a finder of texts, each of at least MinCut bytes; shorter ones are left out.
func NewFinder(texts []string) *Finder {
	f := &Finder{map[[MinCut]byte][]found{}}
	for _, t := range texts {
		f.add(t, "")
	}
	return f
}

func (f *Finder) add(text, handle string) {
	if len(text) >= MinCut {
		k := [MinCut]byte([]byte(text[:MinCut]))
		f.by[k] = append(f.by[k], found{text, handle})
	}
}

// Find returns where in b the first of the texts stands, and which; -1 where none does.
func (f *Finder) Find(b []byte) (at int, text string) {
	at, hit := f.next(b, 0)
	return at, hit.text
}

// next finds the first text at or after from; of several that begin there, the longest.
func (f *Finder) next(b []byte, from int) (int, found) {
	if len(f.by) == 0 {
		return -1, found{}
	}
	for i := from; i+MinCut <= len(b); i++ {
		var best found
		for _, c := range f.by[[MinCut]byte(b[i:i+MinCut])] {
			if len(c.text) > len(best.text) && bytes.HasPrefix(b[i:], []byte(c.text)) {
				best = c
			}
		}
		if best.text != "" {
			return i, best
		}
	}
	return -1, found{}
}

// replace writes each text's handle in its place. It returns b itself where nothing was found.
func (f *Finder) replace(b []byte) []byte {
	at, hit := f.next(b, 0)
	if at < 0 {
		return b
	}
	var out []byte
	from := 0
	for at >= 0 {
		out = append(append(out, b[from:at]...), '[')
		out = append(append(out, hit.handle...), ']')
		from = at + len(hit.text)
		at, hit = f.next(b, from)
	}
	return append(out, b[from:]...)
}
