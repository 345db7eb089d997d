// Package suites holds the test suites: a package a clause, a file a provision.
//
// Importing it declares them all.
package suites

import (
	_ "github.com/secure-by-design/assay/suites/communication"
	_ "github.com/secure-by-design/assay/suites/conformity"
	_ "github.com/secure-by-design/assay/suites/dataprotection"
	_ "github.com/secure-by-design/assay/suites/deletion"
	_ "github.com/secure-by-design/assay/suites/installation"
	_ "github.com/secure-by-design/assay/suites/integrity"
	_ "github.com/secure-by-design/assay/suites/lostdevice"
	_ "github.com/secure-by-design/assay/suites/passwords"
	_ "github.com/secure-by-design/assay/suites/personaldata"
	_ "github.com/secure-by-design/assay/suites/resilience"
	_ "github.com/secure-by-design/assay/suites/retailer"
	_ "github.com/secure-by-design/assay/suites/storage"
	_ "github.com/secure-by-design/assay/suites/surfaces"
	_ "github.com/secure-by-design/assay/suites/telemetry"
	_ "github.com/secure-by-design/assay/suites/updates"
	_ "github.com/secure-by-design/assay/suites/validation"
	_ "github.com/secure-by-design/assay/suites/vulnerabilities"
)
