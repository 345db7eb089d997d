package device

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/secure-by-design/assay/provisions"
)

// A checker holds a file that was read against what its words mean.
type checker struct {
	*reader
	f      *File
	beside bool // what the file refers to must be at hand
}

// check goes on where the form was broken, so that all problems are said at once. f is nil where it is no YAML at all.
func check(f *File, r *reader, beside bool) {
	if f == nil {
		return
	}
	c := &checker{r, f, beside}
	c.one("edition", f.Edition, editions)
	c.one("state", string(f.State), states)
	c.device()
	c.ics()
	c.samples()
	c.tables()
	for name, op := range f.Operations {
		c.operation(name, op)
	}
	if f.Updates != nil {
		c.updates(f.Updates)
	}
}

// one notes a value that is none of those known. An absent one is none.
func (c *checker) one(path, value string, known []string) {
	if value != "" && !slices.Contains(known, value) {
		c.say(path, fmt.Sprintf("%s is %q", name(path), clip(value)), nearest(value, known))
	}
}

// must notes an absent value.
func (c *checker) must(path, key, value, why string) {
	if value == "" && c.whole(path) {
		c.say(path, fmt.Sprintf("%s has no %s", name(path), key), why)
	}
}

func (c *checker) device() {
	f := c.f
	if !c.broken[""] {
		c.must("device", "model", f.Device.Model, "write device: {model: …}: a verdict is of a model")
	}
	for i, h := range f.Hazards {
		c.one(fmt.Sprintf("hazards/%d", i), h, hazards)
		if h == "none" && len(f.Hazards) > 1 {
			c.say("hazards", "hazards are none and others too", "write [none] alone, or leave it out")
		}
	}
	if m := f.MadeSafe; m != nil {
		c.must("made_safe", "how", m.How, "say what makes the hazards harmless")
		c.must("made_safe", "who", m.Who, "say who made them harmless")
		c.there("made_safe/photo", m.Photo)
	}
	if a := f.Authorised; a != nil {
		c.must("authorised", "by", a.By, "say who tests")
		c.must("authorised", "right", a.Right, "say by what right: owner, customer order, supplier permission")
		if _, err := time.Parse(time.DateOnly, a.Until); a.Until != "" && err != nil {
			c.say("authorised/until", fmt.Sprintf("until is %q", clip(a.Until)), "write the last day as 2027-01-31")
		}
	}
}

// there notes a file that is not.
func (c *checker) there(path, file string) {
	if file == "" || !c.beside {
		return
	}
	if s, err := os.Stat(c.f.Resolve(file)); err != nil || !s.Mode().IsRegular() {
		c.say(path, fmt.Sprintf("there is no file %q", clip(file)), "relative paths start at the folder of the device file")
	}
}

func (c *checker) ics() {
	catalogue := provisions.Must()
	var known []string
	for _, e := range provisions.Editions() {
		if c.f.Edition != "" && c.f.Edition != string(e) {
			continue
		}
		for _, p := range catalogue.Provisions(e) {
			known = append(known, string(p.ID))
		}
	}
	for _, p := range catalogue.Beyond() {
		known = append(known, string(p.ID))
	}
	for id, claim := range c.f.ICS {
		if c.full() {
			return
		}
		path := below("ics", id)
		if id != "default" && !slices.Contains(known, id) {
			c.say(path, fmt.Sprintf("there is no provision %q%s", clip(id), in(c.f.Edition)), nearest(id, known))
		}
		c.must(path, "support", claim.Support, "write "+id+": Y, N or N/A")
		c.one(path, claim.Support, supports)
	}
}

func in(edition string) string {
	if edition == "" {
		return ""
	}
	return " in edition " + edition
}

func (c *checker) samples() {
	for key, s := range c.f.Samples {
		path := below("samples", key)
		c.one(path, key, []string{"a", "b"})
		for who, l := range s.Logins {
			at := path + "/logins/" + who
			c.must(at, "user", l.User, "write the name that logs in")
			c.ref(at+"/password", l.Password)
		}
		for what, v := range s.Label {
			c.ref(path+"/label/"+what, v)
		}
	}
}

var environment = regexp.MustCompile(`^env:[A-Za-z_][A-Za-z0-9_]*$`)

// ref notes a secret that stands in clear; the problem does not repeat it.
func (c *checker) ref(path string, r Ref) {
	file, isFile := strings.CutPrefix(string(r), "file:")
	switch {
	case r == "":
		c.say(path, name(path)+" has no value", "write env:NAME or file:PATH")
	case isFile && file != "":
		c.there(path, file)
	case !environment.MatchString(string(r)):
		c.say(path, name(path)+" is written in clear", "put it in a file or the environment and write file:PATH or env:NAME")
	}
}

// logins are the names of logins that samples declare.
func (c *checker) logins() []string {
	var names []string
	for _, s := range c.f.Samples {
		for who := range s.Logins {
			names = append(names, who)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// login notes a login that no sample has.
func (c *checker) login(path, who string) {
	known := c.logins()
	switch {
	case who == "" || slices.Contains(known, who) || !c.whole("samples"):
	case len(known) == 0:
		c.say(path, fmt.Sprintf("no sample has a login %q", clip(who)), "declare it: samples: {a: {logins: {"+clip(who)+": …}}}")
	default:
		c.say(path, fmt.Sprintf("no sample has a login %q", clip(who)), nearest(who, known))
	}
}
