package pdf

import (
	"math"
	"slices"
	"strings"

	lib "github.com/ledongthuc/pdf"
)

// A run is letters that one operator shows.
type run struct {
	x, y, width, size float64
	bold              bool
	text              string
}

// A place is a matrix: x' = a·x + c·y + e, y' = b·x + d·y + f (ISO 32000-1, 8.3.3).
type place [6]float64

func (m place) times(n place) place {
	return place{m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3], m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5]}
}

var still = place{1, 0, 0, 1, 0, 0}

// state is what operators change (ISO 32000-1, 9.3).
type state struct {
	ctm                         place
	font                        *font
	size, char, word, scale, up float64
	leading                     float64
}

// A walker goes through the operators of a page.
type walker struct {
	page      int
	resources []lib.Value // of the page, and of the forms that it stands in
	fonts     map[string]*font
	room      int // bytes of text that may still come
	now       state
	saved     []state
	tm, line  place

	runs    []run
	letters int
	bad     int
	missing []string
}

func (w *walker) miss(what string) { w.missing = append(w.missing, what) }

// stream goes through the operators of a page or of a form.
func (w *walker) stream(s lib.Value) {
	if s.IsNull() {
		return
	}
	if len(w.resources) == 1 {
		w.now = state{ctm: still, scale: 1}
		w.tm, w.line = still, still
	}
	lib.Interpret(s, func(stack *lib.Stack, op string) {
		args := make([]lib.Value, min(stack.Len(), 64))
		for i := len(args) - 1; i >= 0; i-- {
			args[i] = stack.Pop()
		}
		for stack.Len() > 0 {
			stack.Pop()
		}
		w.operator(op, args)
	})
	if len(w.resources) == 1 && w.bad*50 > w.letters {
		w.miss("letters of fonts that do not say which they are")
	}
}

func number(args []lib.Value, i int) float64 {
	if i < 0 || i >= len(args) {
		return 0
	}
	if v := args[i].Float64(); !math.IsNaN(v) && math.Abs(v) < 1e9 {
		return v
	}
	return 0
}

func matrix(args []lib.Value) (m place) {
	for i := range m {
		m[i] = number(args, i)
	}
	return m
}

func (w *walker) operator(op string, args []lib.Value) {
	n := func(i int) float64 { return number(args, i) }
	switch op {
	case "q":
		if len(w.saved) < 1000 {
			w.saved = append(w.saved, w.now)
		}
	case "Q":
		if k := len(w.saved); k > 0 {
			w.now, w.saved = w.saved[k-1], w.saved[:k-1]
		}
	case "cm":
		w.now.ctm = matrix(args).times(w.now.ctm)
	case "BT":
		w.tm, w.line = still, still
	case "Tc":
		w.now.char = n(0)
	case "Tw":
		w.now.word = n(0)
	case "Tz":
		w.now.scale = n(0) / 100
	case "TL":
		w.now.leading = n(0)
	case "Ts":
		w.now.up = n(0)
	case "Tf":
		if len(args) == 2 {
			w.now.font, w.now.size = w.fontOf(args[0].Name()), n(1)
		}
	case "Tm":
		w.line = matrix(args)
		w.tm = w.line
	case "Td":
		w.move(n(0), n(1))
	case "TD":
		w.now.leading = -n(1)
		w.move(n(0), n(1))
	case "T*":
		w.move(0, -w.now.leading)
	case "Tj", "'", "\"":
		if op != "Tj" {
			w.move(0, -w.now.leading)
		}
		if len(args) > 0 {
			w.show(args[len(args)-1].RawString())
		}
	case "TJ":
		if len(args) == 1 {
			w.array(args[0])
		}
	case "Do":
		if len(args) == 1 {
			w.form(args[0].Name())
		}
	}
}

func (w *walker) move(x, y float64) {
	w.line = place{1, 0, 0, 1, x, y}.times(w.line)
	w.tm = w.line
}

func (w *walker) array(v lib.Value) {
	for i := range min(v.Len(), 1<<16) {
		if x := v.Index(i); x.Kind() == lib.String {
			w.show(x.RawString())
		} else {
			w.advance(-x.Float64() / 1000 * w.now.size * w.now.scale)
		}
	}
}

func (w *walker) advance(x float64) { w.tm = place{1, 0, 0, 1, x, 0}.times(w.tm) }

// show notes a string at its place.
func (w *walker) show(raw string) {
	if w.now.font == nil || raw == "" || len(raw) > 1<<16 {
		return
	}
	text, width, bad := w.now.font.show(raw)
	if w.letters += len(text); w.letters > w.room {
		w.miss("text beyond the bound")
		return
	}
	w.bad += bad
	at := place{w.now.size * w.now.scale, 0, 0, w.now.size, 0, w.now.up}.times(w.tm).times(w.now.ctm)
	glyphs := float64(len(raw))
	if w.now.font.double {
		glyphs /= 2
	}
	long := (width/1000*w.now.size + glyphs*w.now.char + float64(strings.Count(raw, " "))*w.now.word) * w.now.scale
	size := math.Hypot(at[2], at[3])
	if across := math.Abs(at[1]) > math.Abs(at[0]); !across { // letters that stand on end are no line
		scale := math.Hypot(w.tm[0], w.tm[1]) * math.Hypot(w.now.ctm[0], w.now.ctm[1])
		w.runs = append(w.runs, run{at[4], at[5], long * scale, size, w.now.font.bold, text})
	}
	w.advance(long)
}

func (w *walker) fontOf(name string) *font {
	for _, res := range slices.Backward(w.resources) {
		v := res.Key("Font").Key(name)
		if v.IsNull() {
			continue
		}
		key := v.Key("BaseFont").Name() + " " + name + " " + string(rune('0'+len(w.resources)))
		if w.fonts[key] == nil {
			w.fonts[key] = newFont(v)
		}
		return w.fonts[key]
	}
	w.miss("text in a font that is not there")
	return nil
}

// form goes through a drawing that a page puts in a place; pictures hold no text that is read here.
func (w *walker) form(name string) {
	const deepest = 6
	v := w.resources[len(w.resources)-1].Key("XObject").Key(name)
	if v.Key("Subtype").Name() != "Form" {
		return
	}
	if len(w.resources) > deepest {
		w.miss("drawings within drawings")
		return
	}
	was, tm, line := w.now, w.tm, w.line
	if m := v.Key("Matrix"); m.Len() == 6 {
		var p place
		for i := range p {
			p[i] = m.Index(i).Float64()
		}
		w.now.ctm = p.times(w.now.ctm)
	}
	w.resources = append(w.resources, v.Key("Resources"))
	saved := w.saved
	w.saved = nil
	w.stream(v)
	w.resources = w.resources[:len(w.resources)-1]
	w.now, w.tm, w.line, w.saved = was, tm, line, saved
}

// lines puts runs together that stand at one height, in the order in which the page shows them.
func (w *walker) lines() (out []Line) {
	var end float64 // where the last run ends
	for _, r := range w.runs {
		if r.text == "" {
			continue
		}
		k := len(out) - 1
		if k < 0 || math.Abs(out[k].Y-r.y) > 0.4*max(r.size, out[k].Size) || r.x < end-2*r.size {
			out = append(out, Line{Page: w.page, X: r.x, Y: r.y, Size: r.size, Bold: r.bold, Text: r.text})
			end = r.x + r.width
			continue
		}
		gap := r.x - end
		if gap > 0.15*r.size && !strings.HasSuffix(out[k].Text, " ") && !strings.HasPrefix(r.text, " ") {
			out[k].Text += " "
		}
		out[k].Text += r.text
		if strings.TrimSpace(r.text) != "" {
			out[k].Size, out[k].Bold = max(out[k].Size, r.size), out[k].Bold && r.bold
		}
		end = r.x + r.width
	}
	return slices.DeleteFunc(out, func(l Line) bool { return strings.TrimSpace(l.Text) == "" })
}
