package http

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// Pages reads what a web server gives to anybody: GET alone, no query, nothing on the action list, never logged in (rule CRAWL).
type Pages struct {
	Port  uint16
	TLS   bool
	Most  int // pages; 0 means 200
	Depth int // of links; 0 means 3
}

// Level is gentle.
func (Pages) Level() provisions.Level { return provisions.Gentle }

// A Site is what was read.
type Site struct {
	Open         bool
	Server       string // of the root's answer
	Pages        []Page // those that answered, the root first
	Wildcard     bool   // an invented path answers 200 too
	WildcardHash string
	OnlyRedirect bool // every answer leads to HTTPS and sets no cookie
	Asked        int
	Left         []string // links that were not followed, because of the action list or the bound
}

// A Page is one answer.
type Page struct {
	Path     string
	Status   int
	Type     string // content type
	Title    string
	Length   int
	Hash     string // SHA-256 of the body
	Auth     string // WWW-Authenticate, as sent; several are joined by commas
	Location string
	Cookie   bool // it sets one
	Server   string
	Powered  string // X-Powered-By
	Forms    []Form
	Text     string // of the body, at most MaxText bytes
	Same     bool   // it is the answer that an invented path gets
}

// A Form is a form of a page.
type Form struct {
	Action, Method string
	Fields         []Field
	Password       bool // it asks for one
}

// A Field is an input of a form.
type Field struct{ Name, Type, Value string }

// MaxText is how much of a body an answer keeps.
const MaxText = 8 << 10

//go:embed paths.txt
var pathList string

//go:embed actions.txt
var actionList string

func lines(s string) (out []string) {
	for l := range strings.Lines(s) {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "#") {
			out = append(out, l)
		}
	}
	return out
}

// Ask crawls.
func (q Pages) Ask(ctx context.Context, on *dial.Device) (Site, error) {
	c := &crawl{Pages: q, on: on, seen: map[string]bool{}, actions: lines(actionList)}
	if c.Most == 0 {
		c.Most = 200
	}
	if c.Depth == 0 {
		c.Depth = 3
	}
	err := c.run(ctx)
	if errors.Is(err, ErrClosed) {
		return Site{}, nil
	}
	return c.Site, err
}

type crawl struct {
	Pages
	Site
	on      *dial.Device
	seen    map[string]bool
	actions []string
}

type step struct {
	path  string
	depth int
}

func (c *crawl) run(ctx context.Context) error {
	if err := c.invented(ctx); err != nil {
		return err
	}
	c.Open = true
	queue := []step{{"/", 0}}
	for _, p := range lines(pathList) {
		queue = append(queue, step{p, c.Depth}) // known places are looked at, not followed from
	}
	failed := 0
	for i := 0; i < len(queue) && c.Asked < c.Most; i++ {
		s := queue[i]
		if c.seen[s.path] {
			continue
		}
		c.seen[s.path] = true
		p, links, err := c.page(ctx, s.path)
		if err != nil {
			if failed++; failed > 3 || ctx.Err() != nil {
				return err
			}
			continue
		}
		if p.Status != 404 && p.Status != 400 && p.Status != 405 || s.path == "/" {
			c.Site.Pages = append(c.Site.Pages, p)
		}
		if s.depth < c.Depth {
			for _, l := range links {
				queue = append(queue, step{l, s.depth + 1})
			}
		}
	}
	c.conclude()
	return nil
}

// invented asks for two paths that nobody can have made, to know what "not there" looks like.
func (c *crawl) invented(ctx context.Context) error {
	var hashes []string
	for _, p := range []string{"/assay-a7f3c1", "/assay/b2e9d4.html"} {
		r, err := Do(ctx, c.on, Request{Port: c.Port, TLS: c.TLS, Path: p})
		if err != nil {
			return err
		}
		c.Asked++
		if r.Status == 200 {
			hashes = append(hashes, hash(r.Body))
		}
	}
	if len(hashes) == 2 {
		c.Wildcard, c.WildcardHash = true, hashes[0]
	}
	return nil
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (c *crawl) page(ctx context.Context, path string) (Page, []string, error) {
	r, err := Do(ctx, c.on, Request{Port: c.Port, TLS: c.TLS, Path: path})
	c.Asked++
	if err != nil {
		return Page{}, nil, err
	}
	h := hash(r.Body)
	p := Page{Path: path, Status: r.Status, Type: r.Header.Get("Content-Type"), Length: len(r.Body), Hash: h, Auth: clip(strings.Join(r.Header.Values("WWW-Authenticate"), ", "), 1000),
		Location: r.Header.Get("Location"), Cookie: r.Header.Get("Set-Cookie") != "", Server: r.Header.Get("Server"), Powered: r.Header.Get("X-Powered-By"),
		Same: c.Wildcard && h == c.WildcardHash && path != "/", Text: text(r.Body)}
	if path == "/" {
		c.Server = p.Server
	}
	if !strings.Contains(p.Type, "html") && !bytes.Contains(r.Body[:min(len(r.Body), 512)], []byte("<html")) && !bytes.Contains(r.Body[:min(len(r.Body), 512)], []byte("<form")) {
		return p, nil, nil
	}
	var links []string
	p.Title, p.Forms, links = read(r.Body)
	return p, c.follow(path, links), nil
}

func text(b []byte) string { return strings.ToValidUTF8(string(b[:min(len(b), MaxText)]), "\ufffd") }

// read takes title, forms and links out of a page.
func read(body []byte) (title string, forms []Form, links []string) {
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		return "", nil, nil
	}
	title = clip(strings.TrimSpace(doc.Find("title").First().Text()), 200)
	doc.Find("form").Each(func(i int, s *goquery.Selection) {
		if i >= 20 {
			return
		}
		f := Form{Action: clip(s.AttrOr("action", ""), 500), Method: strings.ToUpper(clip(s.AttrOr("method", "GET"), 10))}
		s.Find("input, select, textarea, button").Each(func(j int, in *goquery.Selection) {
			if j >= 50 {
				return
			}
			kind := strings.ToLower(in.AttrOr("type", "text"))
			f.Password = f.Password || kind == "password"
			f.Fields = append(f.Fields, Field{clip(in.AttrOr("name", ""), 100), clip(kind, 20), clip(in.AttrOr("value", ""), 200)})
		})
		forms = append(forms, f)
	})
	doc.Find("a[href], link[href], script[src], img[src], iframe[src]").Each(func(i int, s *goquery.Selection) {
		if i < 500 {
			links = append(links, clip(s.AttrOr("href", s.AttrOr("src", ""))+" "+strings.TrimSpace(s.Text()), 500))
		}
	})
	return title, forms, links
}

func clip(s string, most int) string {
	if len(s) > most {
		s = s[:most]
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

// follow picks links on this very server, without a query, that no word of the action list marks.
func (c *crawl) follow(from string, links []string) (out []string) {
	base := &url.URL{Path: from}
	for _, l := range links {
		href, words, _ := strings.Cut(l, " ")
		u, err := url.Parse(href)
		if err != nil || u.Host != "" || u.Scheme != "" || u.Opaque != "" {
			continue
		}
		path := base.ResolveReference(u).EscapedPath()
		if u.RawQuery != "" || c.acts(path+" "+words) {
			if len(c.Left) < 50 {
				c.Left = append(c.Left, clip(href, 200))
			}
			continue
		}
		if path != "" && !c.seen[path] {
			out = append(out, path)
		}
	}
	return out
}

func (c *crawl) acts(s string) bool {
	s = strings.ToLower(s)
	return slices.ContainsFunc(c.actions, func(a string) bool { return strings.Contains(s, a) })
}

// conclude tells a server that only sends to HTTPS.
func (c *crawl) conclude() {
	c.OnlyRedirect = !c.TLS && len(c.Site.Pages) > 0
	for _, p := range c.Site.Pages {
		if p.Status < 300 || p.Status > 399 || !strings.HasPrefix(p.Location, "https://") || p.Cookie {
			c.OnlyRedirect = false
		}
	}
}

// String is how a reader knows the question.
func (q Pages) String() string {
	return fmt.Sprintf("what the web server on TCP %d gives to anybody", q.Port)
}
