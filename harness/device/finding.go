package device

import "fmt"

// A Finding is something about a device file that is no error of form: a gap, a contradiction, or a difference from what
// was seen of the device.
type Finding struct {
	Kind         Kind
	Line, Column int // in the device file; 0: of the file as a whole
	What         string
	Next         string   // what to write instead
	Units        []string // that need it
}

// Kind of a Finding.
type Kind string

// The kinds.
const (
	Gap           Kind = "gap"           // units cannot be judged without it
	Untyped       Kind = "untyped"       // without it units ask a person
	Contradiction Kind = "contradiction" // the file says two things that cannot both be
	Undeclared    Kind = "undeclared"    // seen, but not declared
	Unseen        Kind = "unseen"        // declared, but not seen
)

// In is the finding as it stands in a file: "cam.yaml:3:5: …".
func (x Finding) In(file string) string {
	s := fmt.Sprintf("%s:%d:%d: %s", file, x.Line, x.Column, x.What)
	if x.Line == 0 {
		s = file + ": " + x.What
	}
	if x.Next != "" {
		s += "\n  " + x.Next
	}
	return s
}

// find makes a finding of the value at path, or of the nearest thing around it.
func (f *File) find(kind Kind, path, what, next string, units ...string) Finding {
	at := nearestPlace(f.places, path)
	return Finding{Kind: kind, Line: at.line, Column: at.column, What: what, Next: next, Units: units}
}
