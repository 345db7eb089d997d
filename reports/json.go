package reports

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"unicode"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/secure-by-design/assay/harness"
)

// Schema is the JSON Schema of matrix.json (draft 2020-12). It is made from harness.Matrix and the comments of its fields.
//
//go:embed matrix.schema.json
var Schema []byte

// JSON writes the matrix for machines, as Schema describes it: indented, in the order of the Go fields, lists and maps never
// null. Strings are as they were seen; what is not printable stands as a JSON escape, so that the file may be shown as it is.
func JSON(w io.Writer, m *harness.Matrix) error {
	b, err := json.MarshalIndent(whole(m), "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(escape(b), '\n'))
	return err
}

// whole is the matrix with empty lists and maps for those that are nil.
func whole(m *harness.Matrix) *harness.Matrix {
	c := *m
	c.Selection = append([]string{}, m.Selection...)
	c.Rows = append([]harness.Row{}, m.Rows...)
	for i := range c.Rows {
		c.Rows[i].Units = append([]harness.UnitRow{}, c.Rows[i].Units...)
	}
	c.Roots = append([]harness.Root{}, m.Roots...)
	for i := range c.Roots {
		c.Roots[i].Units = append([]string{}, c.Roots[i].Units...)
	}
	if c.Parameters == nil {
		c.Parameters = map[string]string{}
	}
	return &c
}

// escape spells what is not printable in JSON text, which can only stand inside strings: C1 controls would act on a terminal,
// and bidirectional characters would turn its lines.
func escape(b []byte) []byte {
	var out bytes.Buffer
	for _, r := range string(b) {
		switch {
		case r < 0x7f || unicode.IsPrint(r):
			out.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.Bytes()
}

var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("matrix.schema.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("matrix.schema.json")
})

// ValidateJSON holds a matrix.json against Schema; the error names each place that does not fit.
func ValidateJSON(b []byte) error {
	s, err := compiled()
	if err != nil {
		return fmt.Errorf("read the schema of matrix.json: %w", err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("read matrix.json: %w", err)
	}
	if err := s.Validate(v); err != nil {
		return fmt.Errorf("check matrix.json against its schema: %w", err)
	}
	return nil
}
