package device

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
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
	c.words(reflect.ValueOf(*f), "")
	c.device()
	c.service()
	c.conditions()
	c.ics()
	c.samples()
	c.clear()
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

// words notes values that are none of those which their field knows by its tag one, "a|b|c".
func (c *checker) words(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			c.words(v.Elem(), path)
		}
	case reflect.Slice:
		for i := range v.Len() {
			c.words(v.Index(i), below(path, strconv.Itoa(i)))
		}
	case reflect.Map:
		for i := v.MapRange(); i.Next(); {
			c.words(i.Value(), below(path, i.Key().String()))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[Claim]() {
			return // its short form has no key of its own
		}
		for i := range v.NumField() {
			c.wordsOf(v.Type().Field(i), v.Field(i), path)
		}
	}
}

func (c *checker) wordsOf(f reflect.StructField, v reflect.Value, path string) {
	key, _ := names(f)
	if key == "-" {
		return
	}
	at := below(path, key)
	known := knows(f)
	switch list, isList := v.Interface().([]string); {
	case known == nil:
		c.words(v, at)
	case isList:
		for i, word := range list {
			c.one(fmt.Sprintf("%s/%d", at, i), word, known)
		}
	default:
		c.one(at, v.String(), known)
	}
}

// knows are the only values of a field, or nil.
func knows(f reflect.StructField) []string {
	if words := f.Tag.Get("one"); words != "" {
		return strings.Split(words, "|")
	}
	return nil
}

// must notes an absent value.
func (c *checker) must(path, key, value, why string) {
	if value == "" && c.whole(path) {
		c.say(path, fmt.Sprintf("%s has no %s", name(path), key), why)
	}
}

func (c *checker) device() {
	f := c.f
	c.there("firmware", f.Firmware)
	c.there("sbom", f.SBOM)
	c.there("advisories", f.Advisories)
	if !c.broken[""] {
		c.must("device", "model", f.Device.Model, "write device: {model: …}: a verdict is of a model")
	}
	if slices.Contains(f.Hazards, "none") && len(f.Hazards) > 1 {
		c.say("hazards", "hazards are none and others too", "write [none] alone, or leave it out")
	}
	if m := f.MadeSafe; m != nil {
		c.must("made_safe", "how", m.How, "say what makes the hazards harmless")
		c.must("made_safe", "who", m.Who, "say who made them harmless")
		c.there("made_safe/photo", m.Photo)
	}
	if a := f.Authorised; a != nil {
		c.must("authorised", "by", a.By, "say who tests")
		c.must("authorised", "right", a.Right, "say by what right: owner, customer order, supplier permission")
		c.day("authorised/from", a.From)
		c.day("authorised/until", a.Until)
	}
	for i, mac := range f.Device.MACs {
		c.mac(fmt.Sprintf("device/macs/%d", i), mac)
	}
}

// day notes a date that is none.
func (c *checker) day(path, day string) {
	if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
		c.say(path, fmt.Sprintf("%s is %q", name(path), clip(day)), "write a day as 2027-01-31")
	}
}

func (c *checker) mac(path, mac string) {
	if _, err := net.ParseMAC(mac); mac != "" && err != nil {
		c.say(path, fmt.Sprintf("%s is %q", name(path), clip(mac)), "write a link-layer address as 02:00:5e:10:00:01")
	}
}

var (
	hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`)
	sum      = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// service checks what may be tested of the maker's services.
func (c *checker) service() {
	s := c.f.Service
	if s == nil {
		return
	}
	if len(s.Hosts) == 0 && c.whole("service") {
		c.say("service", "the service has no hosts", "name each host that may be tested: hosts: [api.example.com]")
	}
	for i, h := range s.Hosts {
		if !hostName.MatchString(h) {
			c.say(fmt.Sprintf("service/hosts/%d", i), fmt.Sprintf("a host is %q", clip(h)), "write a host's full name, such as api.example.com")
		}
	}
	for who, l := range s.Accounts {
		at := below("service/accounts", who)
		c.must(at, "user", l.User, "write the name that logs in")
		c.ref(at+"/password", l.Password)
	}
	p, at := s.Authorisation, "service/authorisation"
	if p == nil {
		if c.whole("service") {
			c.say("service", "nobody authorises tests of the service", "add authorisation: {by: who, file: the letter, until: 2027-01-31}, or leave service: out")
		}
		return
	}
	c.must(at, "by", p.By, "say who of the maker allows it")
	c.must(at, "file", p.File, "name the letter's file")
	c.must(at, "until", p.Until, "write the last day as 2027-01-31")
	c.there(at+"/file", p.File)
	c.day(at+"/from", p.From)
	c.day(at+"/until", p.Until)
	if p.SHA256 != "" && !sum.MatchString(p.SHA256) {
		c.say(at+"/sha256", "sha256 is no SHA-256", "write 64 digits of 0-9a-f, as sha256sum prints them")
	}
}

// conditions notes those that the edition has not, and a pair that cannot be.
func (c *checker) conditions() {
	for under, stated := range map[string]map[string]bool{"conditions": c.f.Conditions, "features": c.f.Features} {
		var known []string
		for _, e := range c.editions() {
			for _, x := range Conditions(e) {
				if x.Feature() == (under == "features") && !slices.Contains(known, x.Key()) {
					known = append(known, x.Key())
				}
			}
		}
		for key := range stated {
			if !slices.Contains(known, key) {
				c.say(below(under, key), fmt.Sprintf("there is no %s %q%s", strings.TrimSuffix(under, "s"), clip(key), in(c.f.Edition)), oneOf(known))
			}
		}
	}
	constrained, a := c.f.Conditions["4"]
	not, b := c.f.Conditions["5"]
	if a && b && constrained == not {
		c.say("conditions/5", fmt.Sprintf("conditions 4 (constrained) and 5 (not constrained) are both %v", not), "one of them holds")
	}
}

func oneOf(known []string) string {
	if len(known) == 0 {
		return "leave it out: features are of V3.1, conditions are stated by number"
	}
	return "it is one of " + strings.Join(known, ", ")
}

// editions are those that the file can be of.
func (c *checker) editions() []provisions.Edition {
	if e := provisions.Edition(c.f.Edition); slices.Contains(provisions.Editions(), e) {
		return []provisions.Edition{e}
	}
	return provisions.Editions()
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
	for _, e := range c.editions() {
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
		c.one(path, claim.Support, []string{"Y", "N", "N/A"})
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
		c.mac(path+"/mac", s.MAC)
		c.day(path+"/received", s.Received)
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

// shortest secret that is looked for in the file's text: shorter ones may be words.
const shortest = 8

// clear notes secrets that stand in the text of the file beside the reference to them. What is not at hand is not looked for.
func (c *checker) clear() {
	if !c.beside {
		return
	}
	var refs []Ref
	for _, s := range c.f.Samples {
		for _, l := range s.Logins {
			refs = append(refs, l.Password)
		}
		for _, v := range s.Label {
			refs = append(refs, v)
		}
	}
	if c.f.Service != nil {
		for _, l := range c.f.Service.Accounts {
			refs = append(refs, l.Password)
		}
	}
	slices.Sort(refs)
	for _, r := range slices.Compact(refs) {
		s, err := r.Reveal(c.f)
		if err != nil {
			continue
		}
		v, err := s.Reveal()
		if err != nil || len(v) < shortest {
			continue
		}
		if i := bytes.Index(c.f.Source, []byte(v)); i >= 0 {
			before := c.f.Source[:i]
			at := place{bytes.Count(before, []byte("\n")) + 1, i - bytes.LastIndexByte(before, '\n')}
			c.note(at, fmt.Sprintf("the secret that %s names stands here in clear", clip(string(r))), "take it out: the reference is enough")
		}
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
