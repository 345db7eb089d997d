package harness

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"strings"

	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// Key of a question or operation: the name of its type and its exported fields. It is what the record knows it by.
func Key(q any) string {
	t := reflect.TypeOf(q)
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("%v cannot be a question: it is no struct", t))
	}
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			panic(fmt.Sprintf("%v.%s is unexported: it would be missing in the key", t, t.Field(i).Name))
		}
	}
	b, err := json.Marshal(q)
	if err != nil {
		panic(fmt.Sprintf("%v cannot be a question: %v", t, err))
	}
	return path.Base(t.PkgPath()) + "." + t.Name() + string(b)
}

// Shape spells a type out, so that an answer in an older form is told from one of today.
func Shape(t reflect.Type) string { return shape(t, map[reflect.Type]bool{}) }

func shape(t reflect.Type, within map[reflect.Type]bool) string {
	if within[t] || opaque(t) {
		return t.String()
	}
	within[t] = true
	defer delete(within, t)
	switch t.Kind() {
	case reflect.Struct:
		var b strings.Builder
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.IsExported() && !f.Anonymous {
				panic(fmt.Sprintf("%v.%s is unexported: it would be lost in the record", t, f.Name))
			}
			fmt.Fprintf(&b, "%s %s %s;", f.Name, f.Tag.Get("json"), shape(f.Type, within))
		}
		return "{" + b.String() + "}"
	case reflect.Slice, reflect.Array:
		return "[]" + shape(t.Elem(), within)
	case reflect.Map:
		return "map " + shape(t.Key(), within) + " " + shape(t.Elem(), within)
	case reflect.Pointer:
		return "*" + shape(t.Elem(), within)
	case reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Uintptr, reflect.Complex64, reflect.Complex128:
		panic(fmt.Sprintf("%v cannot be part of an answer: it does not survive the record", t))
	}
	return t.Kind().String()
}

// opaque types write and read themselves.
func opaque(t reflect.Type) bool {
	return t == reflect.TypeFor[evidence.Secret]() || t == reflect.TypeFor[provisions.Level]() ||
		t.PkgPath() == "time" || t.PkgPath() == "net/netip"
}

// levelOf is how intrusive a question or operation says it is.
func levelOf(q any, otherwise provisions.Level) provisions.Level {
	if l, ok := q.(Leveled); ok {
		return l.Level()
	}
	return otherwise
}
