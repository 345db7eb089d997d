package answers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// A Lab says whose signature counts for what. It is read from a lab file:
//
//	people:
//	  - name: Ada Lovelace
//	    key: ed25519:h5Yr…=            # assay answer keygen prints it
//	    roles: [assessor, reviewer]    # in the laboratory's own words
//	    clauses: [5.1, 5.3-10, 6]      # clauses or provisions; "all" is every one
type Lab struct {
	People []Person
	Source []byte // the file's bytes, which are kept with the answers
}

// A Person is somebody whose signature counts.
type Person struct {
	Name    string   `yaml:"name"`
	Key     string   `yaml:"key"`
	Roles   []string `yaml:"roles"`
	Clauses []string `yaml:"clauses"`
}

// ReadLab reads a lab file strictly; what is wrong in it comes back as device.Errors, all at once.
func ReadLab(path string) (*Lab, error) {
	b, err := slurp(path, "lab file")
	if err != nil {
		return nil, err
	}
	return parseLab(path, b)
}

func parseLab(path string, b []byte) (*Lab, error) {
	var file struct {
		People []Person `yaml:"people"`
	}
	d, form := device.ParseSheet(path, b, &file) // goes on after an error of form, so that all are said at once
	names, keys := map[string]bool{}, map[string]bool{}
	for i, p := range file.People {
		say := func(field, what, instead string) { d.Say(fmt.Sprintf("people/%d/%s", i, field), what, instead) }
		switch {
		case strings.TrimSpace(p.Name) == "":
			say("name", "a person has no name", "")
		case names[p.Name]:
			say("name", p.Name+" stands twice", "two persons need two names")
		}
		if _, err := parsePublic(p.Key); err != nil {
			say("key", fmt.Sprintf("the key of %s: %v", p.Name, err), "")
		} else if keys[p.Key] {
			say("key", fmt.Sprintf("the key of %s is another person's too", p.Name), "each has a key of his own")
		}
		if len(p.Roles) == 0 || slices.Contains(p.Roles, "") {
			say("roles", p.Name+" has no role", "roles: [assessor]")
		}
		if len(p.Clauses) == 0 {
			say("clauses", p.Name+" may judge nothing", "clauses: [5.1, 6], or [all]")
		}
		for j, c := range p.Clauses {
			if !known(c) {
				say(fmt.Sprintf("clauses/%d", j), fmt.Sprintf("%q is no clause or provision", c), "5.1, 5.1-2, or all")
			}
		}
		names[p.Name], keys[p.Key] = true, true
	}
	if len(file.People) == 0 && form == nil {
		d.Say("people", "it names nobody", "people: [{name: …, key: …, roles: [assessor], clauses: [all]}]")
	}
	if err := d.Err(); err != nil {
		return nil, err
	}
	return &Lab{file.People, b}, nil
}

// MaxSize bounds a lab file, a sheet and a file of external documents, in bytes.
const MaxSize = 4 << 20

func slurp(path, what string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the %s: %w", what, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read the %s: %w", what, err)
	}
	if len(b) > MaxSize {
		return nil, fmt.Errorf("read the %s: %s is larger than %d bytes", what, path, MaxSize)
	}
	return b, nil
}

// known tells a clause or provision of any edition, or of ours.
func known(clause string) bool {
	if clause == "all" || provisions.ClauseTitle(clause) != "" {
		return true
	}
	return slices.ContainsFunc(provisions.Editions(), func(e provisions.Edition) bool {
		_, ok := provisions.Must().Provision(e, provisions.ID(clause))
		return ok
	})
}

// Digest is the SHA-256 of the file, hex.
func (l *Lab) Digest() string {
	sum := sha256.Sum256(l.Source)
	return hex.EncodeToString(sum[:])
}

// Owner finds the person of a public key.
func (l *Lab) Owner(key string) (Person, bool) {
	if l == nil {
		return Person{}, false
	}
	i := slices.IndexFunc(l.People, func(p Person) bool { return p.Key == key })
	if i < 0 {
		return Person{}, false
	}
	return l.People[i], true
}

// May tells whether a person is entitled to a provision.
func (p Person) May(id provisions.ID) bool {
	return slices.ContainsFunc(p.Clauses, func(c string) bool { return c == "all" || c == string(id) || c == id.Clause() })
}
