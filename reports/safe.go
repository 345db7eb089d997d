package reports

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/secure-by-design/assay/harness"
)

// longest is how much of one string is shown, in bytes. What was cut is counted.
const longest = 16 << 10

// Safe makes a string fit to be shown anywhere: on a terminal, in a page, in XML. Whatever is no printable character is spelled
// as its Go escape: C0 and C1 controls, ESC, bidirectional and other format characters, bytes that are no UTF-8, and characters
// that count as printable and show nothing, as fillers and variation selectors. White space
// becomes a blank, and the line breaks of our own messages a dash, so that nothing can forge a line of a report.
func Safe(s string) string {
	if len(s) <= longest && strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0 {
		return s // as nearly all are
	}
	s, cut := clipBytes(s, longest)
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\n':
			b.WriteString(" — ")
			for i+size < len(s) && strings.ContainsRune(" \t\r\n", rune(s[i+size])) {
				size++
			}
		case r == '\t', r == '\u00a0', r == '\r' && strings.HasPrefix(s[i+1:], "\n"):
			b.WriteByte(' ')
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.IsPrint(r) && !invisible(r):
			b.WriteRune(r)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
		i += size
	}
	if cut > 0 {
		fmt.Fprintf(&b, "… (%d bytes more)", cut)
	}
	return b.String()
}

// invisible characters are printable to Unicode and blank to a reader: two names that differ in them alone look equal.
func invisible(r rune) bool {
	const blankBraille = '\u2800'
	return r == blankBraille || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// clipBytes cuts s to at most n bytes, at the start of a character, and says how many were cut.
func clipBytes(s string, n int) (string, int) {
	if len(s) <= n {
		return s, 0
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n], len(s) - n
}

// inert copies a matrix with every string in it made safe, so that no writer can forget one.
func inert(m *harness.Matrix) *harness.Matrix {
	return harmless(reflect.ValueOf(m)).Interface().(*harness.Matrix)
}

// harmless copies plain data: whatever else is in it, as a time, is taken as it is.
func harmless(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.String:
		out.SetString(Safe(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(harmless(v.Elem()))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			break
		}
		for i := range v.NumField() {
			out.Field(i).Set(harmless(v.Field(i)))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(harmless(v.Index(i)))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMap(v.Type()))
			for k, e := range v.Seq2() {
				out.SetMapIndex(harmless(k), harmless(e))
			}
		}
	}
	return out
}
