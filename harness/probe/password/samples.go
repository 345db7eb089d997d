package password

import (
	"context"
	"strings"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// Samples asks what several passwords of one generator show of it. The device is asked nothing.
type Samples struct {
	File     evidence.Secret     // the text of a file as ReadSamples reads it; none where Values are given
	Values   []evidence.Secret   `json:",omitempty"`
	Public   []map[string]string `json:",omitempty"` // what is public of the unit that each value is of
	Declared Declared
}

// Level is passive.
func (Samples) Level() provisions.Level { return provisions.Passive }
func (Samples) String() string          { return "what passwords of several units have in common" }

// Ask looks.
func (q Samples) Ask(context.Context, *dial.Device) (Report, error) {
	var samples []Sample
	if !q.File.IsZero() {
		text, err := q.File.Reveal()
		if err != nil {
			return Report{}, err
		}
		if samples, err = ReadSamples(strings.NewReader(text)); err != nil {
			return Report{}, err
		}
	}
	for i, v := range q.Values {
		value, err := v.Reveal()
		if err != nil {
			return Report{}, err
		}
		s := Sample{Line: i + 1, Value: value}
		if i < len(q.Public) {
			s.Public = q.Public[i]
		}
		samples = append(samples, s)
	}
	return Examine(samples, q.Declared), nil
}
