package tables

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/secure-by-design/assay/harness/device/text"
	"github.com/secure-by-design/assay/provisions"
)

// formula are the characters by which spreadsheets know one (OWASP, CSV injection).
const formula = "=+-@\t\r"

var (
	spelt = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`) // how XLSX spells a character by its number (ECMA-376 part 1, 22.9.2.19)
	mark  = regexp.MustCompile(`^'['"=+\-@\t\r]`)
)

// armour makes a text fit for a cell: an apostrophe before what a spreadsheet would take for a formula, as people write it
// too; and what no cell can hold in quotes, with escapes as in Go, behind such an apostrophe.
func armour(s string) string {
	switch {
	case s == "":
		return ""
	case strings.ContainsFunc(s, unfit) || spelt.MatchString(s):
		return "'" + strings.ReplaceAll(strconv.QuoteToASCII(s), "_x", `\u005fx`)
	case strings.ContainsRune(formula, rune(s[0])) || mark.MatchString(s):
		return "'" + s
	}
	return s
}

// unfit tells of characters that XML has not, or that CSV readers change.
func unfit(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF || r == utf8.RuneError
}

// disarm is the text of a cell.
func disarm(cell string) (string, error) {
	if !mark.MatchString(cell) {
		return cell, nil
	}
	if cell[1] != '"' {
		return cell[1:], nil
	}
	s, err := strconv.Unquote(cell[1:])
	if err != nil {
		return "", fmt.Errorf("the text in quotes behind the apostrophe is broken")
	}
	return s, nil
}

// show is a value as a cell shows it: a text as it is, a list of plain words with commas, anything else as YAML.
func show(v reflect.Value, e provisions.Edition) string {
	switch {
	case v.IsZero():
		return ""
	case v.Kind() == reflect.String:
		return armour(v.String())
	case isList(v.Type()):
		words := v.Interface().([]string)
		joined := strings.Join(words, ", ")
		if again, plain := split(joined); plain && reflect.DeepEqual(again, words) {
			return armour(joined)
		}
	}
	return armour(text.Flow(v, e))
}

func isList(t reflect.Type) bool { return t == reflect.TypeFor[[]string]() }

// split parts a list that is written as words with commas. One in brackets, and an empty cell, is none.
func split(cell string) (words []string, plain bool) {
	if cell == "" || cell[0] == '[' {
		return nil, false
	}
	for _, w := range strings.Split(cell, ",") {
		if w = strings.TrimSpace(w); w != "" {
			words = append(words, w)
		}
	}
	return words, true
}

// value is a cell as YAML on one line.
func value(cell string, t reflect.Type) (string, error) {
	s, err := disarm(cell)
	switch {
	case err != nil:
		return "", err
	case t.Kind() == reflect.String:
		return text.Quote(s), nil
	case isList(t):
		if words, plain := split(s); plain {
			return text.Flow(reflect.ValueOf(words), ""), nil
		}
	}
	s = strings.TrimSpace(strings.ReplaceAll(s, "\n", " "))
	return s, whole(s)
}

// whole tells of YAML that is none, or more than one value.
func whole(s string) (err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("it is not YAML")
		}
	}()
	tree, err := parser.ParseBytes([]byte("k: "+s+"\n"), 0)
	if err != nil || len(tree.Docs) != 1 {
		return fmt.Errorf("it is not YAML")
	}
	m, ok := tree.Docs[0].Body.(ast.MapNode)
	if !ok {
		return fmt.Errorf("it is not YAML")
	}
	n := 0
	for i := m.MapRange(); i.Next(); n++ {
		if v := i.Value(); v.Type() == ast.MappingType && !v.(*ast.MappingNode).IsFlowStyle || v.Type() == ast.MappingValueType {
			return fmt.Errorf("it is a mapping without braces")
		}
	}
	if n != 1 {
		return fmt.Errorf("it is not one value")
	}
	return nil
}
