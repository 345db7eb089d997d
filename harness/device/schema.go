package device

import _ "embed"

// Schema is the JSON Schema (draft 2020-12) of device files, for editors. It is made from the types of this package, their
// comments, and the names of the tables' fields in both editions. What one row says of another only Load finds.
//
//go:embed schema.json
var Schema []byte

// SchemaFile is what a generated device file calls the schema beside it, in its first line:
//
//	# yaml-language-server: $schema=assay-device.schema.json
const SchemaFile = "assay-device.schema.json"
