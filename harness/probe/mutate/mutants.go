package mutate

import (
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/url"
	"strings"
)

// A mutant is a request of which one input is odd. One that would show that it is executed has a sign, and a way to be made afresh.
type mutant struct {
	input, kind string
	request
	oracle string
	again  func(n int, armed bool) request // with another mark; unarmed it is the control
	sign   func(n int, a answer) string    // what of the answer shows that the mark n was executed
	n      int
}

// spoken is a mutant for the reader.
func (s *session) spoken(m mutant) string {
	if m.kind == "packet" {
		return fmt.Sprintf("%s: %.100x", m.input, m.raw)
	}
	return fmt.Sprintf("%s, %s: %s", m.input, m.kind, oneLine(clip(s.show(m.request, ""), 200)))
}

// An input is one place that takes a value.
type input struct {
	name  string
	login bool // it is a field of a log-in
	html  bool // what it shows comes back in a page
	calls bool // it is filled in: what runs a command of it may call us
	with  func(value string) request
	raw   []request // odd in other ways than a value
	first []mutant  // sent before all others
}

// value is an odd one.
type value struct{ kind, text string }

// values are odd for whatever takes text. The first is what a weak device shows at once.
var values = oddities()

func oddities() (out []value) {
	for _, n := range []int{8193, 1025, 65535, 257, 4097, 255, 256, 1023, 1024, 2047, 2049, 4095, 4096, 16385, 32769, 129} {
		out = append(out, value{fmt.Sprintf("%d bytes", n), strings.Repeat("A", n)})
	}
	for _, k := range []struct {
		kind string
		list []string
	}{
		{"a number out of bounds", []string{"-1", "0", "2147483648", "4294967296", "18446744073709551616", "-9999", "1e309", "NaN", "0x7fffffff"}},
		{"a format string", []string{"%n%n%n%n", "%s%s%s%s%s%s%s%s", "%x%x%x%x", "%99999d"}},
		{"no UTF-8", []string{"\xff\xfe", "\xc0\xaf\xc0\xaf", "\xed\xa0\x80", "\xf8\x88\x80\x80\x80"}},
		{"marks", []string{"'", "\"", "\\", "`", ";", "|", "&&", "$(", "<!--", "]]>", "{{", "%00", "\u202e", "\U0001f600", "\t", ""}},
		{"a path", []string{"../", "..\\..\\", "/dev/zero", "file:///", "C:\\con"}},
	} {
		for _, v := range k.list {
			out = append(out, value{k.kind, v})
		}
	}
	return out
}

// plan spreads the mutants over the inputs: those that a weak device shows first, then the others and mixtures, in an order that
// the seed gives. Each is made when it is due: a long plan does not fit into memory. What becomes left is passed over, and the others
// get its share.
func plan(ins []input, q HTTP, left func(input string) bool) iter.Seq[mutant] {
	return func(yield func(mutant) bool) {
		rng := rand.New(rand.NewPCG(q.Seed, uint64(q.Port)))
		lists := make([][]mutant, len(ins))
		for i, in := range ins {
			lists[i] = in.mutants(rng)
		}
		for n, round, some := 0, 0, true; some; round++ {
			some = false
			for i, in := range ins {
				m, more := in.at(round, lists[i], rng)
				if !more || left(in.name) {
					continue
				}
				if n == q.Most || !yield(m) {
					return
				}
				n, some = n+1, true
			}
		}
	}
}

// at is the input's mutant of a round, or none any more.
func (in input) at(round int, list []mutant, rng *rand.Rand) (mutant, bool) {
	switch {
	case in.login && round >= logins:
		return mutant{}, false
	case round < len(list):
		return list[round], true
	case in.with == nil:
		return mutant{}, false
	}
	v := mixture(rng)
	return mutant{input: in.name, kind: v.kind, request: in.with(v.text)}, true
}

// mutants of one input: the longest first, then what would be executed, then the rest as the seed has it.
func (in input) mutants(rng *rand.Rand) (out []mutant) {
	out = in.first
	var rest []mutant
	for _, r := range in.raw {
		rest = append(rest, mutant{input: in.name, kind: "structure", request: r})
	}
	if in.with != nil {
		out = append(out, mutant{input: in.name, kind: values[0].kind, request: in.with(values[0].text)})
		out = append(out, in.shots(rng)...)
		for _, v := range values[1:] {
			rest = append(rest, mutant{input: in.name, kind: v.kind, request: in.with(v.text)})
		}
	}
	rng.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	return append(out, rest...)
}

// mixture joins a few odd values.
func mixture(rng *rand.Rand) value {
	var b strings.Builder
	for range 2 + rng.IntN(4) {
		b.WriteString(values[rng.IntN(len(values))].text)
	}
	return value{"a mixture", clip(b.String(), 64<<10)}
}

// headers are inputs of each request.
func headers() (out []input) {
	for _, name := range []string{"User-Agent", "Cookie", "Accept", "Referer", "Accept-Language", "Content-Type", "X-Forwarded-For", "Host", "Range", "If-None-Match"} {
		out = append(out, input{name: "header " + name, with: func(v string) request {
			return request{method: "GET", target: "/", header: [][2]string{{name, oneLine(v)}}}
		}})
	}
	return out
}

// line is what is odd about the request line and the lengths. None makes a server wait for more.
func line() input {
	var raw []request
	for _, s := range []string{
		"GET / HTTP/9.9\r\n\r\n", "GET\r\n\r\n", " / \r\n\r\n", "GET / / HTTP/1.1\r\n\r\n", "\x00\x01\x02\x03\r\n\r\n", "GET http://[::1 HTTP/1.1\r\n\r\n", "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
		"ASSAY / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "GET / HTTP/1.1\r\n: \r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=" + strings.Repeat("0-,", 1300) + "\r\n\r\n",
		strings.Repeat("A", 8193) + " / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("A: b\r\n", 3000) + "\r\n",
	} {
		raw = append(raw, request{method: "GET", raw: s})
	}
	return input{name: "request line", raw: raw}
}

// object is a JSON body: each field, and the body as a whole.
func object(target string, fields map[string]string, login bool) (out []input) {
	post := func(body string) request {
		return request{method: "POST", target: target, header: [][2]string{{"Content-Type", "application/json"}}, body: body}
	}
	for _, name := range sorted(fields) {
		body := func(raw json.RawMessage) string {
			all := map[string]any{}
			for k, v := range fields {
				all[k] = v
			}
			all[name] = raw
			b, _ := json.Marshal(all)
			return string(b)
		}
		in := input{name: "field " + name + " of the JSON for " + target, login: login, calls: true, with: func(v string) request {
			b, _ := json.Marshal(v)
			return post(body(b))
		}}
		for _, raw := range jsonOdd {
			in.raw = append(in.raw, post(body(json.RawMessage(raw))))
		}
		out = append(out, in)
	}
	whole := input{name: "the JSON for " + target, login: login}
	for _, b := range []string{strings.Repeat("[", 1000), strings.Repeat(`{"a":`, 1000) + "1" + strings.Repeat("}", 1000), "{", `{"a"`, `"`, "\xff", "[]", "null", "{}", "1", `{"":""}`, `{"a":1,"a":2}`} {
		whole.raw = append(whole.raw, post(b))
	}
	return append(out, whole)
}

// fields of a form.
func fields(method, target string, names []string, given map[string]string, login bool) (out []input) {
	make := func(body string) request {
		if method == "POST" {
			return request{method: method, target: target, header: [][2]string{{"Content-Type", "application/x-www-form-urlencoded"}}, body: body}
		}
		return request{method: "GET", target: target + "?" + body}
	}
	for _, name := range names {
		with := func(change func(url.Values)) request {
			v := url.Values{}
			for k, x := range given {
				v.Set(k, x)
			}
			change(v)
			return make(v.Encode())
		}
		in := input{name: fmt.Sprintf("field %s of the form for %s", name, target), login: login, html: true, calls: true, with: func(x string) request {
			return with(func(v url.Values) { v.Set(name, x) })
		}}
		in.raw = []request{with(func(v url.Values) { v.Del(name) }), with(func(v url.Values) { v.Add(name, "twice") }), with(func(v url.Values) { v.Set(name+"[]", "1") }), make("%"), make("%zz=%"), make("&&&=&=")}
		out = append(out, in)
	}
	return out
}
