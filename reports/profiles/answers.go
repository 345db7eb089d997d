package profiles

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// LoadAnswers reads a sheet of answers to the questions of rule books, strictly, by profile and row:
//
//	by: Jo Fox
//	on: 2026-11-24
//	answers:
//	  uk-psti:
//	    S4-1: "yes: page 1 of the statement of 1 November 2026"
//	    S2-B: "no: no such label is held"
//
// They come back by "profile:row", as Evaluate takes them, with who answered and when.
func LoadAnswers(path string) (map[string]string, error) {
	var file struct {
		By      string                       `yaml:"by"`
		On      string                       `yaml:"on"`
		Answers map[string]map[string]string `yaml:"answers"`
	}
	s, err := device.ReadSheet("answers", path, &file)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(file.By) == "" {
		s.Say("by", "nobody is named who answers", "write by: and a name")
	}
	if _, err := time.Parse(time.DateOnly, file.On); err != nil {
		s.Say("on", fmt.Sprintf("on is %q", file.On), "write the day of the answers as 2027-01-31")
	}
	out := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(file.Answers)) {
		p, err := provisions.Must().Profile(name)
		if err != nil {
			what, instead, _ := strings.Cut(err.Error(), "\n")
			s.Say("answers/"+name, what, instead)
			continue
		}
		for _, row := range slices.Sorted(maps.Keys(file.Answers[name])) {
			at, text := "answers/"+name+"/"+row, file.Answers[name][row]
			if !slices.ContainsFunc(p.Questions(), func(q *provisions.Requirement) bool { return q.ID == row }) {
				s.Say(at, fmt.Sprintf("%s asks nothing under %q", p.Name, row), "assay list --profiles "+p.Name+" lists its questions")
			}
			if a, ok := said(text); !ok || len(strings.Fields(a.why)) < 3 {
				s.Say(at, fmt.Sprintf("the answer is %q", text), `write "yes: ", "no: " or "n/a: ", and why, as a sentence`)
			}
			out[p.Name+":"+row] = fmt.Sprintf("%s (%s, %s)", text, file.By, file.On)
		}
	}
	return out, s.Err()
}
