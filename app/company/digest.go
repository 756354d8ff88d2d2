package company

import "zafe/app/record"

// digestVersion is that of the encoding; a new one takes a new number.
const digestVersion = 1

// Digest returns the hex SHA-256 of every field of p but its change stamps: what the audit event of a
// change binds.
func (p Profile) Digest() string {
	d := record.NewDigest("zafe-company", digestVersion)
	d.Text(p.Name, p.TradeName, p.LegalForm, p.SIREN, p.SIRET, p.VATNumber, p.NAF, p.RCSCity, p.RNA, p.Activity)
	d.Number(p.Capital)
	d.Text(p.Street, p.Street2, p.PostalCode, p.City, p.Country, p.Email, p.Phone, p.Website, p.Insurance)
	d.Text(string(p.Territory), string(p.Regime), string(p.Exigibility))
	d.Text(p.Bank.Label, p.Bank.IBAN, p.Bank.BIC, p.Bank.Account)
	d.Number(int64(p.PaymentDays))
	d.Flag(p.PaymentEndOfMonth)
	d.Number(int64(p.LatePenaltyRate), int64(p.QuoteDays))
	d.Text(p.Accent, string(p.Logo), p.Footer)
	return d.Hex()
}
