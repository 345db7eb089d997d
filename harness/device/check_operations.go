package device

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Placeholder is a parameter in a text: {name}, or {name:text} with what stands there otherwise.
var Placeholder = regexp.MustCompile(`\{([a-z][a-z0-9_]*)(?::([^{}]*))?\}`)

var (
	word = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	// A step goes to the device itself, which has another address on another bench.
	target = regexp.MustCompile(`^https?://\{address\}(:([0-9]{1,5}|\{port(:[0-9]{1,5})?\}))?(/|$)`)
	// A secret in clear: a telling name with a value that is no placeholder.
	inClear = regexp.MustCompile(`(?i)(?:pass(?:word|wd|phrase)?|secret|token|api[-_]?key)"?\s*[=:]\s*"?([^\s"'&{},]+)`)
)

// declared notes an operation that the file has not, by its name without a kind.
func (c *checker) declared(path, op string) {
	if !c.whole("operations") {
		return
	}
	for name := range c.f.Operations {
		if bare, _, _ := strings.Cut(name, "/"); bare == op {
			return
		}
	}
	c.say(path, fmt.Sprintf("the operation %q is not declared", op), "add operations: "+op+": to the file")
}

func (c *checker) operation(key string, op Operation) {
	path := below("operations", key)
	bare, kind, split := strings.Cut(key, "/")
	if !slices.Contains(Vocabulary, bare) {
		c.say(path, fmt.Sprintf("there is no operation %q", clip(bare)), nearest(bare, Vocabulary))
	}
	if split && kind == "" {
		c.say(path, fmt.Sprintf("the operation %q names no kind", clip(key)), "write "+bare+" or "+bare+"/KIND")
	}
	if len(op.Steps) == 0 && c.whole(path) {
		c.say(path, "the operation has no steps", "add steps: with a line for each - exec: or - http:")
	}
	known := append(slices.Clone(Parameters), labels(c.f)...)
	if op.Login != "" {
		c.login(path+"/login", op.Login)
		c.declared(path+"/login", "login")
		for _, s := range c.f.Operations["login"].Steps {
			known = append(known, captured(s)...)
		}
	}
	c.steps(path+"/steps", op.Steps, slices.Clone(known))
	c.steps(path+"/undo", op.Undo, known) // what the steps captured may have died with their process
	if bare == "read-version" && c.whole(path) && !slices.ContainsFunc(op.Steps, func(s Step) bool { return s.Capture["version"] != "" }) {
		c.say(path, "read-version captures no version", "add to a step capture: {version: …}")
	}
}

func captured(s Step) (names []string) {
	for n := range s.Capture {
		names = append(names, n)
	}
	return names
}

// steps checks them in order: what one captured the next may use.
func (c *checker) steps(path string, steps []Step, known []string) {
	for i, s := range steps {
		at := fmt.Sprintf("%s/%d", path, i)
		switch {
		case !c.whole(at):
		case (s.HTTP == nil) == (len(s.Exec) == 0):
			c.say(at, "a step is one of exec and http", "write - exec: [program, argument] or - http: {url: …}")
		case s.HTTP != nil:
			c.http(at+"/http", s.HTTP, known)
		default:
			c.exec(at+"/exec", s.Exec, known)
		}
		for n, from := range s.Capture {
			c.capture(at+"/capture/"+n, n, from, s.HTTP != nil)
		}
		known = append(known, captured(s)...)
	}
}

func (c *checker) exec(path string, args []string, known []string) {
	for i, a := range args {
		at := fmt.Sprintf("%s/%d", path, i)
		c.text(at, a, known)
		for _, m := range Placeholder.FindAllStringSubmatch(a, -1) {
			if slices.Contains(known, m[1]) && IsSecret(m[1]) {
				c.say(at, fmt.Sprintf("the secret {%s} stands in an argument, where every user of this host can read it", m[1]), "let the program take it from its environment: ASSAY_"+strings.ToUpper(m[1]))
			}
		}
	}
	if file := args[0]; strings.Contains(file, "/") && !strings.Contains(file, "{") {
		c.there(path, file)
	}
}

func (c *checker) http(path string, h *HTTP, known []string) {
	switch {
	case strings.Contains(h.URL, "@"):
		c.say(path+"/url", "url holds a user name", "write login: with the name of a login of the samples")
	case !target.MatchString(h.URL):
		c.say(path+"/url", fmt.Sprintf("url is %q", clip(h.URL)), "write http:// or https://{address}:PORT/PATH: a step goes to the device alone; for another host use exec")
	}
	c.login(path+"/login", h.Login)
	c.text(path+"/url", h.URL, known)
	c.text(path+"/body", h.Body, known)
	for k, v := range h.Headers {
		at := path + "/headers/" + k
		c.text(at, v, known)
		switch http.CanonicalHeaderKey(k) {
		case "Authorization", "Cookie", "Proxy-Authorization":
			if !Placeholder.MatchString(v) {
				c.say(at, k+" is written in clear", "use login: for basic authentication, or a parameter such as {token}")
			}
		}
	}
	for i, s := range h.Status {
		if s < 100 || s > 599 {
			c.say(fmt.Sprintf("%s/status/%d", path, i), fmt.Sprintf("status is %d", s), "write an HTTP status, from 100 to 599")
		}
	}
}

// text notes parameters that nothing gives and secrets in clear.
func (c *checker) text(path, s string, known []string) {
	for _, m := range Placeholder.FindAllStringSubmatch(s, -1) {
		if !slices.Contains(known, m[1]) {
			c.say(path, fmt.Sprintf("nothing gives {%s}: it is no parameter, and no earlier step captures it", m[1]), nearest(m[1], known))
		}
	}
	for _, m := range inClear.FindAllStringSubmatch(s, -1) {
		if !slices.Contains([]string{"true", "false", "null"}, m[1]) {
			c.say(path, "a secret is written in clear", "use a parameter such as {password}, with the value in samples: as file:PATH or env:NAME")
		}
	}
}

// capture checks one capture: name: where it is found.
func (c *checker) capture(path, name, from string, isHTTP bool) {
	if !word.MatchString(name) {
		c.say(path, fmt.Sprintf("a capture is called %q", clip(name)), "write a word of a-z, 0-9 and _")
	}
	ways := []string{"json:/pointer", "regex:(…)", "output"}
	if isHTTP {
		ways = []string{"json:/pointer", "regex:(…)", "header:Name", "cookie:Name", "body"}
	}
	way, what, _ := strings.Cut(from, ":")
	if !slices.ContainsFunc(ways, func(w string) bool { k, _, _ := strings.Cut(w, ":"); return k == way }) {
		c.say(path, fmt.Sprintf("%s is captured from %q", name, clip(from)), "write one of "+strings.Join(ways, ", "))
		return
	}
	switch way {
	case "json":
		if !strings.HasPrefix(what, "/") {
			c.say(path, fmt.Sprintf("the JSON pointer is %q", clip(what)), "write json:/name, or json:/list/0/name (RFC 6901)")
		}
	case "regex":
		if r, err := regexp.Compile(what); err != nil || r.NumSubexp() != 1 {
			c.say(path, fmt.Sprintf("the pattern is %q", clip(what)), "write a regular expression (RE2) with one group, as in regex:version ([0-9.]+)")
		}
	case "header", "cookie":
		if what == "" {
			c.say(path, name+" is captured from a "+way+" without a name", "write "+way+":Name")
		}
	}
}
