package device

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"

	"github.com/goccy/go-yaml"
)

// A Sheet is another YAML file that a person writes beside the device file (waivers, answers to a rule book, ticks), read as
// strictly: unknown and doubled keys are problems, all are found at once, and each has its place.
//
//	var w struct{ Waivers []Waiver `yaml:"waivers"` }
//	s, err := device.ReadSheet("waivers", "waivers.yaml", &w)
//	s.Say("waivers/0/expires", "it expired", "mend it, or agree on a later day")
//	err = s.Err()
type Sheet struct{ r *reader }

// ReadSheet reads the file at path into the struct that into points to. The error is trouble with the file, or Errors where it
// has another form; the sheet then says no more. what names it to its writer: "waivers".
func ReadSheet(what, path string, into any) (*Sheet, error) {
	file, err := os.Open(path)
	if err != nil {
		why := err
		if p := (*os.PathError)(nil); errors.As(err, &p) {
			why = p.Err
		}
		return nil, fmt.Errorf("read %s %s: %w", what, path, why)
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read %s %s: %w", what, path, err)
	}
	if len(b) > MaxSize {
		return nil, fmt.Errorf("read %s %s: it is larger than %d bytes", what, path, MaxSize)
	}
	return ParseSheet(path, b, into)
}

// ParseSheet is ReadSheet for bytes.
func ParseSheet(path string, b []byte, into any) (*Sheet, error) {
	r := &reader{file: path, places: map[string]place{}, broken: map[string]bool{}}
	tree, err := parse(b)
	var syntax yaml.Error
	switch {
	case errors.As(err, &syntax):
		r.note(placeOf(syntax.GetToken()), "not YAML: "+syntax.GetMessage(), "")
	case err != nil:
		r.note(place{}, "not YAML: "+err.Error(), "")
	case len(bytes.TrimSpace(b)) == 0 || filled(tree) == 0:
		r.note(place{}, "it is empty", "")
	case len(tree.Docs) != 1:
		r.note(place{}, fmt.Sprintf("holds %d documents", filled(tree)), "write one")
	default:
		r.value(tree.Docs[0].Body, reflect.ValueOf(into).Elem(), "")
	}
	s := &Sheet{r}
	return s, s.Err()
}

// Say notes a problem of the value at a path, as "waivers/0/expires".
func (s *Sheet) Say(path, what, instead string) { s.r.say(path, what, instead) }

// Err is all problems so far, in the order of the file, or nil.
func (s *Sheet) Err() error {
	_, err := s.r.result(nil)
	return err
}
