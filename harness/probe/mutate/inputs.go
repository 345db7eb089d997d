package mutate

import (
	"context"
	"encoding/json"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/probe/http"
)

// nobody is whom no device knows: wrong log-ins are counted on his account.
const nobody = "assay-nobody-7c1e"

// Bounds of what is mutated.
const (
	maxFolders = 8
	maxPaths   = 10
)

// inputs finds what takes input: from the pages that are shown to anybody, and from the declared log-in. What by its words does
// something (restart, erase, update) is left out.
func (s *session) inputs(ctx context.Context) (out []input, err error) {
	site, err := http.Pages{Port: s.Port, TLS: s.TLS}.Ask(ctx, s.on)
	if s.Open = site.Open; err != nil || !s.Open {
		return nil, err
	}
	if s.Part == Forms {
		out = append(s.forms(site), s.queries(site)...)
	} else {
		out = append(append([]input{line(), urls()}, headers()...), paths(folders(site))...)
		out = append(append(out, s.documents(ctx, site)...), s.declared()...)
	}
	for _, in := range out {
		if !slices.Contains(s.Inputs, in.name) {
			s.Inputs = append(s.Inputs, in.name)
		}
	}
	return out, nil
}

// forms are the fields of each form.
func (s *session) forms(site http.Site) (out []input) {
	var seen []string
	for _, p := range site.Pages {
		base := url.URL{Path: p.Path}
		for _, f := range p.Forms {
			to, err := base.Parse(f.Action)
			if err != nil || to.Host != "" || p.Same {
				continue
			}
			target := to.EscapedPath()
			if slices.Contains(seen, f.Method+target) {
				continue
			}
			seen = append(seen, f.Method+target)
			var names []string
			given, does, passwords := map[string]string{}, http.Acts(target), 0
			for _, in := range f.Fields {
				does = does || in.Type == "file" || in.Type != "password" && http.Acts(in.Value+" "+in.Name)
				if in.Name == "" {
					continue
				}
				given[in.Name] = in.Value
				switch in.Type {
				case "submit", "button", "image", "reset":
					continue
				case "password":
					given[in.Name] = nobody
					passwords++
				case "text", "email", "":
					if f.Password {
						given[in.Name] = nobody
					}
				}
				names = append(names, in.Name)
			}
			if does || passwords > 1 { // where two are asked for, one is chosen
				s.Left = append(s.Left, "the form for "+target+": by its words it does something, or sets a password")
				continue
			}
			out = append(out, fields(f.Method, target, names, given, f.Password)...)
			if f.Method == "POST" {
				out = append(out, posted(target, names, f.Password)...)
			}
		}
	}
	return out
}

// queries are what pages may read of their address.
func (s *session) queries(site http.Site) (out []input) {
	if site.OnlyRedirect {
		return nil
	}
	for _, p := range site.Pages {
		if p.Same || p.Status != 200 || http.Acts(p.Path) || len(out) >= maxPaths {
			continue
		}
		out = append(out, input{name: "query of " + p.Path, html: true, calls: true, with: func(v string) request {
			return request{method: "GET", target: p.Path + "?q=" + url.QueryEscape(v)}
		}})
	}
	return append(out, input{name: "path", html: true, with: func(v string) request { return request{method: "GET", target: "/" + escaped(v)} }})
}

// folders of the pages that were seen, and those that servers often have.
func folders(site http.Site) []string {
	out := []string{"/", "/files/", "/static/", "/download/", "/images/"}
	for _, p := range site.Pages {
		dir := path.Dir(p.Path)
		if dir = strings.TrimSuffix(dir, "/") + "/"; !p.Same && !slices.Contains(out, dir) && len(out) < maxFolders {
			out = append(out, dir)
		}
	}
	return out
}

// declared is the JSON of the declared log-in, for a user that no device knows.
func (s *session) declared() (out []input) {
	if s.on.File == nil {
		return nil
	}
	for _, step := range s.on.File.Operations["login"].Steps {
		h := step.HTTP
		if h == nil || h.Method != "POST" {
			continue
		}
		to, err := url.Parse(strings.ReplaceAll(h.URL, "{address}", "device"))
		body := strings.NewReplacer("{user}", nobody, "{password}", nobody).Replace(h.Body)
		var fields map[string]string
		if err != nil || to.Port() != "" && to.Port() != port(s.Port) || (to.Scheme == "https") != s.TLS || json.Unmarshal([]byte(body), &fields) != nil {
			continue
		}
		out = append(append(out, object(to.EscapedPath(), fields, true)...), confused(to.EscapedPath(), true))
	}
	return out
}
