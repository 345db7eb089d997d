package updates

import (
	"fmt"

	"github.com/secure-by-design/assay/suites/declared"
)

// design is how a mechanism stands, as declared, against who alters an image, makes his own, or offers an older one.
func design(m mechanism) finding {
	f := worst(altered(m), foreign(m), older(m))
	if f.standing == fitting {
		f.why = fmt.Sprintf("%s: %s by %s over the %s, checked before %s; older images are refused; whether that stops whoever can reach it is to be judged",
			m.ID, m.sign.Alg, m.sign.Owner, m.sign.Covers, m.verify.Before)
		if m.upd.Verify != nil && m.verify.Target == "" {
			f.why += "; what binds an image to the model is not said (upd.verify.target)"
		}
	}
	return f
}

// altered is whether an image that was altered on its way is stopped.
func altered(m mechanism) finding {
	if unsigned(m) && onWay(m) {
		return is(open, "%s has no signature, and rests on its channel (%s): who can alter an image before or behind it is to be judged", m.ID, m.upd.Trust)
	}
	return worst(covered(m), before(m), checkedBy(m, "integrity_by", m.verify.IntegrityBy))
}

// covered is whether a signature covers the whole image.
func covered(m mechanism) finding {
	switch {
	case unsigned(m):
		return is(broken, "%s protects its images by no signature (upd.signature.alg: %s)", m.ID, m.sign.Alg)
	case m.sign.Alg == "":
		return m.unsaid("upd.signature.alg", "Cryptographic Details")
	case m.sign.Covers == "part":
		return is(broken, "the signature of %s covers a part of the image alone (upd.signature.covers: part): the rest can be altered", m.ID)
	case m.sign.Covers == "":
		return m.unsaid("upd.signature.covers", "Cryptographic Details")
	}
	return is(fitting, "%s: %s covers the %s", m.ID, m.sign.Alg, m.sign.Covers)
}

// before is whether an image is checked before it can do harm.
func before(m mechanism) finding {
	switch m.verify.Before {
	case "never":
		return is(broken, "%s verifies no image before it runs (upd.verify.before: never)", m.ID)
	case "":
		return m.unsaid("upd.verify.before", "Description")
	}
	return is(fitting, "%s verifies images before the %s", m.ID, m.verify.Before)
}

// checkedBy leaves open what a check outside the device is worth.
func checkedBy(m mechanism, key, by string) finding {
	if by != "" && by != "device" {
		return is(open, "%s has its images checked by the %s (upd.verify.%s): whether the device takes one that did not come by it is to be judged", m.ID, by, key)
	}
	return is(fitting, "%s does not leave the check to others", m.ID)
}

// foreign is whether an image of somebody else is stopped.
func foreign(m mechanism) finding {
	switch {
	case declared.None(m.verify.Source) && onWay(m):
		return is(open, "%s knows no signer of images, and rests on its channel (%s): who else can put an image there is to be judged", m.ID, m.upd.Trust)
	case declared.None(m.verify.Source):
		return is(broken, "%s does not verify whose an image is (upd.verify.source: %s)", m.ID, m.verify.Source)
	case m.verify.Source == "":
		return m.unsaid("upd.verify.source", "Cryptographic Details")
	}
	return is(fitting, "%s trusts %s", m.ID, m.verify.Source)
}

// lenient are the words of a text that lets older images in.
var lenient = []string{"older signed versions may", "older versions may", "older version may", "older images may", "older versions can", "older version can", "older images can",
	"older versions are accepted", "older versions are taken", "any signed version", "downgrade is possible", "downgrades are possible", "downgrade is allowed", "downgrades are allowed",
	"can be downgraded", "may be downgraded", "no rollback protection", "no anti-rollback", "no downgrade protection"}

// older is whether an older genuine image, with its holes, is stopped.
func older(m mechanism) finding {
	text := m.says("Description", "Cryptographic Details", "Initiation and Interaction", "Configuration", "Update Checking")
	switch {
	case m.AntiRollback:
		return is(fitting, "%s refuses older images", m.ID)
	case declared.Affirms(text, lenient...) != "":
		return is(contrary, "%s lets older genuine images in, as its text reads, and with them the holes that were mended since", m.ID)
	}
	return finding{open, fmt.Sprintf("%s does not say that older genuine images are refused (anti_rollback): who could bring one in, and whether he may, is to be judged", m.ID),
		"write anti_rollback: true of " + m.ID + " in 7-UpdMech, if it refuses older images"}
}

// unsigned tells of a mechanism that says itself that it has no signature.
func unsigned(m mechanism) bool { return declared.None(m.sign.Alg) }

// onWay tells of a mechanism that rests on a protected channel.
func onWay(m mechanism) bool {
	return m.upd.Trust == "authenticated-channel" || m.upd.Trust == "keyed-network"
}
