// Package text writes device files as a person would: a table a block, a row an item, a field a line.
//
// Its one idea is that a file is edited and never written anew: whoever replaces a table leaves every other line, with
// its comments, as it stands.
//
//	d, err := text.Open(f)                        // the lines of a device file
//	d.Table("6-SoftComp", text.Rows(e, "6-SoftComp", comps))
//	os.WriteFile(path, d.Bytes(), 0o644)
//
// Strings may come from a hostile device: a Quote and a Comment stay on their line, whatever they hold.
package text

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// Key is the YAML key of a field in an edition: 11-SecComMech, not 11-ComMech, in V3.1.
func Key(f reflect.StructField, e provisions.Edition) string {
	key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if newer := f.Tag.Get("v31"); newer != "" && e == provisions.V31 {
		return newer
	}
	return key
}

var (
	plain    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./()+-]*( [A-Za-z0-9_./()+-]+)*$`)
	reserved = []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n", "none"}
)

// Quote writes a string as a YAML scalar of one line that means the same in block and flow style.
func Quote(s string) string {
	if plain.MatchString(s) && !slices.Contains(reserved, strings.ToLower(s)) {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r) && r != unicode.ReplacementChar:
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Comment makes a string fit to stand behind a # on one line.
func Comment(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '�'
	}, s)
}

// Flow writes a value on one line: a scalar, [a list] or {a mapping}. Fields that are not set are left out.
func Flow(v reflect.Value, e provisions.Edition) string {
	switch v.Kind() {
	case reflect.Pointer:
		return Flow(v.Elem(), e)
	case reflect.Struct:
		var parts []string
		for _, f := range Fields(v, e) {
			parts = append(parts, Quote(f.Key)+": "+Flow(f.Value, e))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case reflect.Map:
		var parts []string
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, k := range keys {
			parts = append(parts, Quote(k.String())+": "+Flow(v.MapIndex(k), e))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case reflect.Slice:
		var parts []string
		for i := range v.Len() {
			parts = append(parts, Flow(v.Index(i), e))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.String:
		if v.Type() == reflect.TypeFor[device.Answer]() {
			return v.String()
		}
		return Quote(v.String())
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, 64)
	}
	return fmt.Sprint(v.Interface())
}

// A Field is a key with its value.
type Field struct {
	Key   string
	Value reflect.Value
}

// Fields are the fields of a struct that are set, in its order. An empty list is set, a nil one is not; an ID always is.
func Fields(v reflect.Value, e provisions.Edition) (out []Field) {
	for i := range v.NumField() {
		t := v.Type().Field(i)
		key := Key(t, e)
		if key == "-" || v.Field(i).IsZero() && strings.Contains(t.Tag.Get("yaml"), "omitempty") {
			continue
		}
		out = append(out, Field{key, v.Field(i)})
	}
	return out
}

// Rows writes a table below ixit: its key, and an item a row, a field a line. rows is a pointer to a slice of rows or to
// a flat form.
func Rows(e provisions.Edition, table string, rows any) []string {
	v := reflect.ValueOf(rows).Elem()
	if v.Kind() == reflect.Struct {
		fields := Fields(v, e)
		if len(fields) == 0 {
			return []string{"  " + table + ": {}"}
		}
		out := []string{"  " + table + ":"}
		for _, f := range fields {
			out = append(out, "    "+Quote(f.Key)+": "+Flow(f.Value, e))
		}
		return out
	}
	if v.Len() == 0 {
		return []string{"  " + table + ": none"}
	}
	out := []string{"  " + table + ":"}
	for i := range v.Len() {
		for j, f := range Fields(v.Index(i), e) {
			mark := "      "
			if j == 0 {
				mark = "    - "
			}
			out = append(out, mark+Quote(f.Key)+": "+Flow(f.Value, e))
		}
	}
	return out
}
