package reports

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/secure-by-design/assay/harness"
)

// Schema is the JSON Schema of matrix.json (draft 2020-12). It is generated from harness.Matrix and its comments.
//
//go:embed matrix.schema.json
var Schema []byte

// JSON writes the matrix for machines, as Schema describes it.
func JSON(w io.Writer, m *harness.Matrix) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(m)
}

var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("matrix.schema.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("matrix.schema.json")
})

// ValidateJSON holds a matrix.json against Schema.
func ValidateJSON(b []byte) error {
	s, err := compiled()
	if err != nil {
		return fmt.Errorf("read the schema of matrix.json: %w", err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("read matrix.json: %w", err)
	}
	return s.Validate(v)
}
