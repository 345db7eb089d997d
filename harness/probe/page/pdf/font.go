package pdf

import (
	"strings"
	"unicode/utf8"

	lib "github.com/ledongthuc/pdf"
)

// A font tells which letters a string shows, and how wide it is.
type font struct {
	of     lib.Font
	bold   bool
	double bool // two bytes a glyph
	widths map[int]float64
	usual  float64
}

func newFont(v lib.Value) *font {
	f := &font{of: lib.Font{V: v}, widths: map[int]float64{}, usual: 500}
	name := strings.ToLower(f.of.BaseFont())
	f.bold = strings.Contains(name, "bold") || strings.Contains(name, "black") || strings.Contains(name, "heavy")
	if v.Key("Subtype").Name() == "Type0" {
		f.double = true
		f.composite(v.Key("DescendantFonts").Index(0))
		return f
	}
	first, all := f.of.FirstChar(), v.Key("Widths")
	for i := range min(all.Len(), 256) {
		f.widths[first+i] = all.Index(i).Float64()
	}
	return f
}

// composite reads the widths of a font with many glyphs (ISO 32000-1, 9.7.4.3).
func (f *font) composite(v lib.Value) {
	f.usual = 1000
	if dw := v.Key("DW"); !dw.IsNull() {
		f.usual = dw.Float64()
	}
	all := v.Key("W")
	for i := 0; i+1 < all.Len() && i < 1<<16; {
		first := int(all.Index(i).Int64())
		if list := all.Index(i + 1); list.Kind() == lib.Array {
			for j := range min(list.Len(), 1<<16) {
				f.widths[first+j] = list.Index(j).Float64()
			}
			i += 2
			continue
		}
		last, w := int(all.Index(i+1).Int64()), all.Index(i+2).Float64()
		for c := first; c <= last && c < first+1<<16 && len(f.widths) < 1<<16; c++ {
			f.widths[c] = w
		}
		i += 3
	}
}

// show is what a string says, and how wide it is in thousandths of its size. bad counts letters that are not known.
func (f *font) show(raw string) (text string, width float64, bad int) {
	for i := 0; i < len(raw); i++ {
		c := int(raw[i])
		if f.double && i+1 < len(raw) {
			i++
			c = c<<8 | int(raw[i])
		}
		w, ok := f.widths[c]
		if !ok {
			w = f.usual
		}
		width += w
	}
	text = f.of.Encoder().Decode(raw)
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "�")
	}
	for _, r := range text {
		if r == '�' || r < ' ' && r != '\n' && r != '\t' {
			bad++
		}
	}
	return text, width, bad
}
