package http

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

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

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Pages) Lasting() {}

// Level is gentle.
func (Pages) Level() provisions.Level { return provisions.Gentle }

// A Site is what was read.
type Site struct {
	Open         bool
	Server       string // of the root's answer
	Pages        []Page // those that answered, the root first
	Wildcard     bool   // invented paths answer 200 too
	OnlyRedirect bool   // every answer leads to HTTPS and sets no cookie
	Asked        int
	Failed       int      // paths that gave no answer
	Limited      int      // paths at which it put us off, also later: they were not seen
	Left         []string // links that were not followed, because of the action list or a query
	Why          string   // why it ended early
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
	Password bool     // a field for a password stands there, in a form or, for a script, outside
	Text     string   // of the body, at most MaxText bytes
	Same     bool     // it is the answer that an invented path gets
	Drawn    bool     // by a script: there is hardly a word without it
	Calls    []string // paths of log-ins that a script there names
	Keys     Keys     // by which it names user and password
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
	return q.crawl(ctx, on, nil)
}

func (q Pages) crawl(ctx context.Context, on *dial.Device, look func(path string, r Response)) (Site, error) {
	c := &crawl{Pages: q, on: on, seen: map[string]bool{}, look: look}
	if c.Most == 0 {
		c.Most = 200
	}
	if c.Depth == 0 {
		c.Depth = 3
	}
	ctx, end := Line(ctx, on, q.Port)
	defer end()
	err := c.run(ctx)
	if errors.Is(err, ErrClosed) {
		return Site{}, nil
	}
	return c.Site, err
}

type crawl struct {
	Pages
	Site
	on    *dial.Device
	seen  map[string]bool
	blank likeness                      // of the answers to invented paths
	look  func(path string, r Response) // sees each answer whole; nil: nobody does
}

type step struct {
	path  string
	depth int
	hops  int // redirects that led here, one after another
}

// maxCrawl bounds a crawl in real time, whatever a server delays; maxMissed is how many paths in a row may give no answer;
// maxHops is how many redirects in a row are followed, as browsers follow them.
const (
	maxCrawl  = 10 * time.Minute
	maxMissed = 3
	maxHops   = 20
)

func (c *crawl) run(ctx context.Context) error {
	if err := c.invented(ctx); err != nil {
		return err
	}
	c.Open = true
	queue := []step{{path: "/"}}
	for _, p := range lines(pathList) {
		queue = append(queue, step{path: p, depth: c.Depth}) // known places are looked at, not followed from
	}
	until, missed := time.Now().Add(maxCrawl), 0
	for i := 0; i < len(queue); i++ {
		s := queue[i]
		if c.seen[s.path] {
			continue
		}
		if c.Asked >= c.Most || time.Now().After(until) {
			c.Why = fmt.Sprintf("%d paths were asked, and the bound is %d in %v", c.Asked, c.Most, maxCrawl)
			break
		}
		c.seen[s.path] = true
		p, links, err := c.page(ctx, s.path)
		if err != nil {
			c.Failed++
			if missed++; missed > maxMissed || ctx.Err() != nil {
				return fmt.Errorf("read the pages of TCP %d, which gave no answer to %d paths in a row; see whether it limits connections: %w", c.Port, missed, err)
			}
			continue
		}
		missed = 0
		if p.Status != 404 && p.Status != 400 && p.Status != 405 || s.path == "/" {
			c.Site.Pages = append(c.Site.Pages, p)
		}
		hops := 0
		if p.Location != "" {
			hops = s.hops + 1
		}
		if s.depth < c.Depth && hops == 0 || 0 < hops && hops <= maxHops {
			for _, l := range links {
				queue = append(queue, step{l, min(s.depth+1, c.Depth), hops})
			}
		}
	}
	c.conclude()
	return nil
}

// invented asks for two paths that nobody can have made, to know what "not there" looks like.
func (c *crawl) invented(ctx context.Context) error {
	var blank [2]likeness
	for i, p := range []string{"/assay-a7f3c1", "/assay/b2e9d4.html"} {
		r, err := c.get(ctx, p)
		if err != nil {
			return err
		}
		if r.Status != 200 {
			return nil
		}
		blank[i] = like(p, r)
	}
	c.Wildcard, c.blank = true, blank[0].common(blank[1])
	return nil
}

// maxPause is how long a server that puts us off is waited for, by the clock.
const maxPause = time.Minute

// get asks for a path, and once more where the server only asks for patience: a page that was not shown is not one that is
// not there.
func (c *crawl) get(ctx context.Context, path string) (Response, error) {
	for again := false; ; again = true {
		r, err := Do(ctx, c.on, Request{Port: c.Port, TLS: c.TLS, Path: path})
		c.Asked++
		if err != nil || r.Status != http.StatusTooManyRequests && r.Status != http.StatusServiceUnavailable {
			return r, err
		}
		if again {
			c.Limited++
			return r, nil
		}
		seconds, _ := strconv.Atoi(r.Header.Get("Retry-After"))
		if err := c.on.Clock.Sleep(ctx, min(time.Duration(max(seconds, 1))*time.Second, maxPause)); err != nil {
			return r, err
		}
	}
}

func (c *crawl) page(ctx context.Context, path string) (Page, []string, error) {
	r, err := c.get(ctx, path)
	if err != nil {
		return Page{}, nil, err
	}
	if c.look != nil {
		c.look(path, r)
	}
	header := func(name string) string { return clip(strings.Join(r.Header.Values(name), ", "), 1000) }
	p := Page{Path: path, Status: r.Status, Type: header("Content-Type"), Length: len(r.Body), Hash: hash(r.Body), Auth: header("WWW-Authenticate"),
		Location: header("Location"), Cookie: r.Header.Get("Set-Cookie") != "", Server: header("Server"), Powered: header("X-Powered-By"),
		Same: c.Wildcard && path != "/" && c.blank.fits(like(path, r)), Text: text(r.Body)}
	if path == "/" {
		c.Server = p.Server
	}
	var links []string
	if markup(p.Type, r.Body) {
		p.Title, p.Forms, p.Password, links = read(r.Body)
		p.Drawn = drawn(r.Body)
		p.Calls, p.Keys = calls(scripts(r.Body))
	} else if strings.Contains(strings.ToLower(p.Type), "javascript") || strings.HasSuffix(path, ".js") {
		p.Calls, p.Keys = calls(r.Body)
	}
	if p.Location != "" {
		u, _, _ := strings.Cut(p.Location, "?") // where we are sent is looked at, what is to be done there is not said
		if links = nil; !Acts(p.Location) {
			links = []string{u}
		}
	}
	return p, c.follow(path, links), nil
}

// follow picks links on this very server, without a query, that no word of the action list marks.
func (c *crawl) follow(from string, links []string) (out []string) {
	base, err := url.Parse(Origin(c.on, c.Port, c.TLS) + from)
	if err != nil {
		return nil
	}
	for _, l := range links {
		href, words, _ := strings.Cut(l, " ")
		u, err := base.Parse(href)
		if err != nil || server(u) != server(base) {
			continue
		}
		path := u.EscapedPath()
		if u.RawQuery != "" || Acts(path+" "+words) {
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

// server is scheme, host and port of an address.
func server(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + " " + u.Hostname() + " " + port
}

// startPage is the name of a page, though "start" is a word for doing.
var startPage = regexp.MustCompile(`\bstart(page|seite)?\.(s?html?|aspx?|php|jsp)\b`)

// actions are words of what is done, not shown.
var actions = lines(actionList)

// Acts tells whether an address, or the text of a link, speaks of doing something.
func Acts(s string) bool {
	s = startPage.ReplaceAllString(strings.ToLower(s), "")
	return slices.ContainsFunc(actions, func(a string) bool { return strings.Contains(s, a) })
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
