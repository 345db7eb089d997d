package operate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// A result is what a step brought. why is empty when it is what the file expects.
type result struct {
	what     string
	status   int
	exit     int
	header   http.Header
	answered string // of HTTP: the first line
	body     []byte // of HTTP, or standard output
	why      string
}

// maxCapture bounds a captured value, in bytes.
const maxCapture = 8 << 10

// capture finds a value as device.Step.Capture says.
func (r result) capture(from string) (string, error) {
	way, what, _ := strings.Cut(from, ":")
	var v string
	var err error
	switch way {
	case "json":
		v, err = pointed(r.body, what)
	case "regex":
		v, err = matched(r.body, what)
	case "header":
		v = r.header.Get(what)
	case "cookie":
		v = cookie(r.header, what)
	case "body", "output":
		v = strings.TrimRight(string(r.body), "\r\n")
	default:
		err = fmt.Errorf("%q is no way to capture", from)
	}
	switch {
	case err != nil:
		return "", err
	case v == "":
		return "", fmt.Errorf("the answer has no %s", from)
	case len(v) > maxCapture:
		return "", fmt.Errorf("it has %d bytes, more than %d", len(v), maxCapture)
	}
	return v, nil
}

// pointed is the value at a JSON pointer (RFC 6901) as text.
func pointed(b []byte, pointer string) (string, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return "", fmt.Errorf("the answer is not JSON: %w", err)
	}
	for _, step := range strings.Split(pointer, "/")[1:] {
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		var next any
		switch at := v.(type) {
		case map[string]any:
			next = at[step]
		case []any:
			if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(at) {
				next = at[i]
			}
		}
		if next == nil {
			return "", fmt.Errorf("the answer has no %s", pointer)
		}
		v = next
	}
	if s, ok := v.(string); ok {
		return s, nil
	}
	text, err := json.Marshal(v)
	return string(text), err
}

func matched(b []byte, pattern string) (string, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return "", err
	}
	m := re.FindSubmatch(b)
	if len(m) < 2 {
		return "", fmt.Errorf("nothing in the answer matches %q", pattern)
	}
	return string(m[1]), nil
}

func cookie(h http.Header, name string) string {
	for _, c := range (&http.Response{Header: h}).Cookies() {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}
