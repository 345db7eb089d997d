package operate

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strings"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
)

// parameters are what stands for {name} in a step.
type parameters map[string]value

type value struct {
	text   string
	secret bool
}

func (p parameters) with(name, text string) parameters {
	p = maps.Clone(p)
	p[name] = value{text: text}
	return p
}

func (p parameters) secret(name string, s evidence.Secret) error {
	if s.IsZero() {
		return nil
	}
	v, err := s.Reveal()
	if err != nil {
		return err
	}
	p[name] = value{text: v, secret: true}
	return nil
}

// sample takes user and password from a login of the sample.
func (p parameters) sample(on *dial.Device, who string) error {
	l, ok := on.Sample.Logins[who]
	if !ok {
		return fmt.Errorf("sample %s has no login %q: add samples: %s: logins: %s: to the device file", strings.ToLower(on.Name), who, strings.ToLower(on.Name), who)
	}
	s, err := l.Password.Reveal(on.File)
	if err != nil {
		return err
	}
	if _, given := p["user"]; !given {
		p["user"] = value{text: l.User}
	}
	return p.secret("password", s)
}

// of adds the device's address, and what is printed on the sample: {label_NAME}. A label that cannot be read is missed
// where a step needs it.
func (p parameters) of(on *dial.Device) parameters {
	p = p.with("address", on.Address().String())
	for name, ref := range on.Sample.Label {
		if _, given := p[device.LabelParameter(name)]; given {
			continue
		}
		if s, err := ref.Reveal(on.File); err == nil {
			p.secret(device.LabelParameter(name), s)
		}
	}
	return p
}

// A writing is how a parameter's value is written where it stands.
type writing func(string) string

func plain(s string) string { return s }
func inForm(s string) string { // right in a path too
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}
func inJSON(s string) string {
	b, _ := json.Marshal(s)
	return string(b[1 : len(b)-1])
}

// fill replaces {name} and {name:otherwise} by the parameters' values. A name that nobody gave is an error.
func (p parameters) fill(text string, as writing) (string, error) {
	var missing error
	filled := device.Placeholder.ReplaceAllStringFunc(text, func(s string) string {
		m := device.Placeholder.FindStringSubmatch(s)
		v, ok := p[m[1]]
		switch {
		case ok:
			return as(v.text)
		case strings.Contains(s, ":"):
			return m[2]
		}
		missing = fmt.Errorf("nothing gives the parameter {%s} of %q", m[1], text)
		return s
	})
	return filled, missing
}

// shown fills in what may be seen, and leaves the names of secrets.
func (p parameters) shown(text string) string {
	return device.Placeholder.ReplaceAllStringFunc(text, func(s string) string {
		m := device.Placeholder.FindStringSubmatch(s)
		v, ok := p[m[1]]
		switch {
		case ok && v.secret:
			return "{" + m[1] + "}"
		case ok:
			return printable(v.text, 256)
		}
		return m[2]
	})
}
