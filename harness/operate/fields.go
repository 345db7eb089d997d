package operate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// Fields reads a function of 13-SoftServ as somebody, and tells which fields its answer in JSON has: names and kinds, no values.
type Fields struct {
	Service, Function string
	As                string // a login of the sample
	Look              int    // a second look is another question
}

// FieldsRead is what came.
type FieldsRead struct {
	Admitted bool
	Fields   []Named
	Why      string
}

// A Named is a field of an answer.
type Named struct {
	Path string // "/air/humidity"
	Kind string // number, boolean or text
}

// Bounds of what is kept.
const (
	maxFields = 500
	maxDepth  = 12
)

// Ask reads.
func (q Fields) Ask(ctx context.Context, on *dial.Device) (FieldsRead, error) {
	f, err := function(on.File, q.Service, q.Function)
	if err != nil || f.Read == nil {
		return FieldsRead{Why: "the function has no read: in 13-SoftServ"}, err
	}
	var out FieldsRead
	a, err := requestAs(ctx, on, f.Read, who{q.As, evidence.Secret{}, false}, parameters{}, evidence.Secret{}, func(b []byte) {
		dec := json.NewDecoder(bytes.NewReader(b))
		var v any
		if dec.Decode(&v) == nil {
			out.Fields = fields(nil, "", v, 0)
		}
	})
	out.Admitted, out.Why = a.Admitted, a.Why
	return out, err
}

// fields lists those of a value, in order.
func fields(out []Named, path string, v any, depth int) []Named {
	if len(out) == maxFields || depth > maxDepth {
		return out
	}
	add := func(kind string) []Named { return append(out, Named{printable(path, 200), kind}) }
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out = fields(out, path+"/"+k, v[k], depth+1)
		}
	case []any:
		for _, e := range v[:min(len(v), 3)] { // more of the same tell no more
			out = fields(out, path, e, depth+1)
		}
	case float64:
		return add("number")
	case bool:
		return add("boolean")
	case string:
		return add("text")
	}
	return out
}

// Level is intrusive: it logs in.
func (Fields) Level() provisions.Level { return provisions.Intrusive }
func (q Fields) String() string {
	return fmt.Sprintf("which fields %s of %s has for %s", q.Function, q.Service, q.As)
}
