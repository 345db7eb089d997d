package specimen

import (
	"net/http"
	"strings"
)

// misprints are the faults and oddities of the supplier's pages. Each is a list of edits, and each edit must change something.
var misprints = map[string][]func(site) bool{}

// publishes registers a fault of the pages.
func publishes(name string, edits ...func(site) bool) bool {
	faults[name] = true
	return misprint(name, edits)
}

// oddly registers an honest variant of them.
func oddly(name string, edits ...func(site) bool) bool {
	honest[name] = true
	return misprint(name, edits)
}

func misprint(name string, edits []func(site) bool) bool {
	if misprints[name] != nil {
		panic("specimen: " + name + " is published twice")
	}
	misprints[name] = edits
	return true
}

// OfSupplier tells whether a fault is one of the supplier's pages alone.
func OfSupplier(fault string) bool { return misprints[fault] != nil }

// instead puts something else at a path.
func instead(path string, status int, body string) func(site) bool {
	return func(s site) bool {
		_, was := s[path]
		s[path] = leaf{status: status, kind: "text/html; charset=utf-8", body: body}
		return was
	}
}

func gone(path string) func(site) bool {
	return instead(path, http.StatusNotFound, "<!doctype html><title>Not found</title><h1>Not found</h1><p>There is no such page.")
}

func walled(path string) func(site) bool {
	return instead(path, http.StatusOK, `<!doctype html><html lang="en"><title>Customer portal</title><h1>Customer portal</h1><form method=post action=/login><label>Mail <input name=mail type=email></label>
<label>Password <input name=password type=password></label><button>Log in</button></form>`)
}

// reword replaces words of a page.
func reword(path, old, new string) func(site) bool {
	return func(s site) bool {
		at := s[path]
		was := at.body
		at.body = strings.ReplaceAll(at.body, old, new)
		s[path] = at
		return at.body != was
	}
}

// dropped takes the lines of a page away that hold a word.
func dropped(path, word string) func(site) bool {
	return func(s site) bool {
		at := s[path]
		var out []string
		for line := range strings.Lines(at.body) {
			if !strings.Contains(line, word) {
				out = append(out, line)
			}
		}
		was := at.body
		at.body = strings.Join(out, "")
		s[path] = at
		return at.body != was
	}
}

const shop = `<!doctype html><html lang="en"><title>Cookies of our shop</title><h1>Cookies of our web shop</h1>
<p>When you visit our web site, we set cookies, so that the shop knows what is in your basket when you come back to it. Some of the cookies are from partners who show you advertising on other sites. You can say no to these in the banner, and you can erase all of them in your browser at any time.</p>
<p>We keep a log of the visits to our web site for seven days, to see attacks on it. An order needs your name and address, which we give to the carrier.</p>`

// The supplier's faults, by clause.
var (
	_ = publishes("policy-missing", gone("/security"))
	_ = publishes("policy-behind-login", walled("/security"))
	_ = publishes("policy-no-contact", dropped("/security", "mailto:"), reword("/security", "How to reach us", "Reports"))
	_ = publishes("policy-no-ack-time", reword("/security", " within three working days", ""))
	_ = publishes("policy-no-status-time", dropped("/security", "every two weeks"))

	_ = publishes("page-security-txt-expired", reword("/.well-known/security.txt", "2099", "2020"))

	_ = publishes("support-page-missing", gone("/support"))
	_ = publishes("support-page-behind-login", instead("/support", http.StatusOK, `<!doctype html><html lang="en"><title>Security updates for the Assay Specimen AX-1</title><h1>Security updates for the Assay Specimen AX-1</h1>
<p>Enter the serial number of your device to see how long it gets updates.</p><form><label>Serial number <input name=serial required></label><label>Mail <input type=email name=mail required></label><button>Show</button></form>`))
	_ = publishes("support-period-absent", dropped("/support", "31 December 2031"), reword("/support", "Support period", "Support"))
	_ = publishes("support-period-mismatch", reword("/support", "2031", "2030"))
	_ = publishes("support-period-vague", reword("/support", "ends on 31 December 2031", "lasts for the lifetime of the product"), reword("/support", "<td>31 December 2031</td>", "<td>for its lifetime</td>"))

	_ = publishes("nonupdatable-page-missing", gone("/support/boot-rom"))
	_ = publishes("nonupdatable-page-behind-login", walled("/support/boot-rom"))
	_ = publishes("nonupdatable-no-rationale", reword("/support/boot-rom", "The boot ROM of the processor is not updated, because it is burnt into the chip and nobody can change it. This keeps anybody from putting a false start program into your device.", "This is about the boot ROM of the processor."),
		reword("/support/boot-rom", "What cannot be updated in", "About the boot ROM in"), reword("/support/boot-rom", "<h2>Why</h2>", "<h2>Boot ROM</h2>"))
	_ = publishes("nonupdatable-no-replacement-plan", dropped("/support/boot-rom", "Hardware is replaced"))
	_ = publishes("nonupdatable-no-support-period", dropped("/support/boot-rom", "We support the device until"))

	_ = publishes("doc-sensors-unreachable", gone("/manual/sensors"))
	_ = publishes("doc-sensor-not-mentioned", dropped("/manual/sensors", "temperature sensor"))
	_ = publishes("doc-delete-function-missing", dropped("/manual/erase", "actory reset"))
	_ = publishes("doc-delete-steps-wrong", reword("/manual/erase", "Press Factory reset.", "Open the menu Privacy centre.</li><li>Press Forget me."))
	_ = publishes("doc-setup-steps-wrong", reword("/quick-guide", "<li>Type the code of the label.</li>", "<li>Open the page Expert mode and press Harden.</li>"))
	_ = publishes("doc-setup-check-missing", gone("/manual/check"))
	_ = publishes("doc-setup-check-step-missing", dropped("/manual/check", "Automatic updates"))
	_ = publishes("doc-maintenance-check-missing", gone("/manual/care"))
	_ = publishes("doc-setup-unreachable", gone("/quick-guide"))
	_ = publishes("doc-setup-decision-missing", dropped("/quick-guide", "Password of the guest"))
	_ = publishes("doc-setup-no-recommendation", reword("/quick-guide", "we recommend Yes, so that holes are closed without your help", "Yes or no"))

	_ = publishes("doc-notice-unreachable", gone("/privacy"))
	_ = publishes("doc-notice-web-site-only", instead("/privacy", http.StatusOK, shop))
	_ = publishes("doc-notice-no-data-list", reword("/privacy", "Recordings of the user are data of yours", "We process information about you"), reword("/privacy", "recordings", "information"))
	_ = publishes("doc-notice-activity-missing", dropped("/privacy", "They are kept on the device for the user"))
	_ = publishes("doc-notice-no-retention", dropped("/privacy", "until you erase them"), dropped("/privacy", "For how long"))
	_ = publishes("doc-notice-no-third-party", dropped("/privacy", "By whom"), dropped("/privacy", "Only you"))
	_ = publishes("doc-telemetry-unreachable", gone("/privacy/telemetry"))
	_ = publishes("doc-telemetry-not-about-device", instead("/privacy/telemetry", http.StatusOK, shop))
	_ = publishes("doc-telemetry-data-missing", reword("/privacy/telemetry", " and the version of its firmware", ""))
	_ = publishes("doc-telemetry-no-recipient", dropped("/privacy/telemetry", "By whom"), dropped("/privacy/telemetry", "help desk"))
	_ = publishes("doc-telemetry-purpose-missing", dropped("/privacy/telemetry", "The maker finds units"))
)

// Its honest oddities.
var (
	_ = oddly("page-429-then-text", instead("/security", http.StatusTooManyRequests, "Slow down."), instead("/support/boot-rom", http.StatusTooManyRequests, "Slow down."),
		instead("/privacy", http.StatusTooManyRequests, "Slow down."), instead("/privacy/telemetry", http.StatusTooManyRequests, "Slow down."))
	_ = oddly("support-page-cdn-403", challenged("/support"), challenged("/security"), challenged("/manual/sensors"))
	_ = oddly("support-site-maintenance", instead("/support", http.StatusServiceUnavailable, "Back in an hour."), instead("/support/boot-rom", http.StatusServiceUnavailable, "Back in an hour."))
)

// Oddities of all pages.
var (
	_ = oddly("pages-block-country", everywhere(func(leaf) leaf {
		return leaf{status: http.StatusOK, kind: "text/html", body: `<!doctype html><html lang="en"><title>Sorry</title><p>This content is not available in your country.`}
	}))
	_ = oddly("pages-by-scripts", everywhere(func(leaf) leaf {
		return leaf{status: http.StatusOK, kind: "text/html", body: `<!doctype html><html lang="en"><title>Assay Specimen AX-1</title><div id="app"></div><script src="/app.js"></script>`}
	}))
	_ = oddly("pages-as-pdf", everywhere(paper))
	_ = oddly("pages-with-login-in-header", everywhere(func(l leaf) leaf {
		l.body = strings.Replace(l.body, "<nav>", `<nav><form action="/login"><input name=mail type=email required><input name=password type=password required><button>Log in</button></form>`, 1)
		return l
	}))
	_ = oddly("pages-refuse-robots", everywhere(func(leaf) leaf {
		return leaf{status: http.StatusForbidden, kind: "text/html", body: "<h1>403 Forbidden</h1>"}
	}))
	_ = oddly("pages-moved", func(s site) bool {
		for path, l := range s {
			if strings.HasPrefix(path, "/new/") || strings.HasPrefix(path, "/.well-known/") {
				continue
			}
			s["/new"+path], s[path] = l, leaf{status: http.StatusMovedPermanently, kind: "text/html", body: "/new" + path}
		}
		return true
	})
	_ = oddly("pages-in-french", everywhere(func(leaf) leaf {
		return leaf{status: http.StatusOK, kind: "text/html; charset=utf-8", body: `<!doctype html><html lang="fr"><title>AX-1</title><h1>Notre appareil</h1>` + strings.Repeat("<p>Vous pouvez nous signaler une faille de sécurité de votre appareil par courriel, et nous vous répondons dans les trois jours. Les données sont gardées sur votre appareil et ne sont pas transmises.</p>\n", 5)}
	}))
)

// A server of several may lack at first what another of them has.
var _ = oddly("pages-404-at-first", func(s site) bool {
	for path, l := range s {
		if strings.HasPrefix(l.kind, "text/html") {
			l.once = http.StatusNotFound
			s[path] = l
		}
	}
	return true
})

// What a page lacks may stand on one that it links to.
var _ = oddly("policy-on-two-pages", func(s site) bool {
	const part = "<h2>What happens then</h2>"
	l := s["/security"]
	head, rest, was := strings.Cut(l.body, part)
	s["/security/process"] = leaf{status: l.status, kind: l.kind, body: `<!doctype html><html lang="en"><title>What happens to reports</title>` + part + rest}
	l.body = head + `<p>Read <a href="/security/process#top">how we handle reports</a>. It tells you what we do with each of them, and when you hear from us.</p><h2>` + strings.Repeat("<p>You can help us to make the device safer for all of its users, and we thank you for it.</p>", 3)
	s["/security"] = l
	return was
})

// everywhere changes each page.
func everywhere(change func(leaf) leaf) func(site) bool {
	return func(s site) bool {
		for path, l := range s {
			if strings.HasPrefix(l.kind, "text/html") {
				s[path] = change(l)
			}
		}
		return true
	}
}

func challenged(path string) func(site) bool {
	return instead(path, http.StatusForbidden, "<!doctype html><title>Just a moment...</title><p>Verify that you are human.")
}

// A form for reports that insists on who reports.
var _ = publishes("page-form-demands-phone", dropped("/security", "mailto:"), reword("/security", "<h2>What happens then</h2>",
	`<form method=post action=/report><label>Your name <input name=name required></label><label>Your telephone number <input name=phone type=tel required></label><label>What you found <textarea name=text required></textarea></label><button>Send</button></form><h2>What happens then</h2>`))
