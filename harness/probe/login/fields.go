package login

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// A sheet is a log-in form as it stands on a page: where it goes, and what it brings along.
type sheet struct {
	action         string // as the page says
	user, password string // names of fields
	values         url.Values
}

// Bounds of what a form may hold.
const (
	maxSheets = 20
	maxValues = 50
	maxValue  = 4 << 10 // bytes: tokens are long
)

// sheetOf finds the form of a log-in on a page: the one that has its field for the password, else the first that takes one password.
// A page may hold others, to search or to set a password.
func sheetOf(body []byte, l Login) (best sheet, ok bool) {
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		return best, false
	}
	forms := doc.Find(`form:has(input[type="password" i])`)
	forms.Slice(0, min(forms.Length(), maxSheets)).EachWithBreak(func(_ int, f *goquery.Selection) bool {
		s, single := fields(f, l)
		if own := s.password == l.Password; own || single && !ok {
			best, ok = s, true
			return !own
		}
		return true
	})
	return best, ok
}

// fields reads a form as a browser would send it, with its first button pressed. single: it takes one password.
func fields(f *goquery.Selection, l Login) (s sheet, single bool) {
	s = sheet{action: f.AttrOr("action", ""), values: url.Values{}}
	passwords, pressed := 0, false
	put := func(name, value string) {
		if name != "" && len(s.values) < maxValues && len(value) <= maxValue {
			s.values.Set(name, value)
		}
	}
	f.Find("input, button, select").Each(func(_ int, in *goquery.Selection) {
		name, value := in.AttrOr("name", ""), in.AttrOr("value", "")
		kind := strings.ToLower(in.AttrOr("type", map[string]string{"button": "submit", "select": "select"}[goquery.NodeName(in)]))
		switch kind {
		case "password":
			if passwords++; s.password == "" || name == l.Password {
				s.password = name
			}
		case "hidden":
			put(name, value)
		case "submit":
			if !pressed {
				put(name, value)
			}
			pressed = true
		case "checkbox", "radio":
			if _, on := in.Attr("checked"); on {
				put(name, in.AttrOr("value", "on"))
			}
		case "select":
			put(name, chosen(in))
		case "text", "email", "tel", "":
			put(name, value)
			if s.user == "" || name == l.User {
				s.user = name
			}
		}
	})
	return s, passwords == 1
}

// chosen is what a list sends: the option that is marked, else the first.
func chosen(list *goquery.Selection) string {
	o := list.Find("option[selected]").First()
	if o.Length() == 0 {
		o = list.Find("option").First()
	}
	return o.AttrOr("value", strings.TrimSpace(o.Text()))
}
