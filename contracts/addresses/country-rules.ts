/**
 * How addresses are written, by country. Written after the address metadata of Google's libaddressinput
 * (github.com/google/libaddressinput, CC BY 4.0) and the ISO 3166 code lists, which nothing asks for at run time. A country
 * without rules of its own has `genericRules`: a billing address may be anywhere, and where a shop ships to is for its
 * shipping methods to say.
 */

/**
 * Fields by letter, as libaddressinput has them: `N` name, `O` company, `A` street lines, `D` district, `C` city, `S`
 * subdivision (state, province) by name, `s` by code, `Z` postal code.
 */
export interface CountryRules {
  /** The lines of a label, `|` between them. A field that is not in it can be given, and is not printed. */
  readonly format: string;
  /** For an address in Latin letters, where the script of the country has another order. */
  readonly latinFormat?: string;
  /** What has to be given, beside name, street and country. */
  readonly required: string;
  /** `#` a digit, `@` a letter, `*` either; the rest stands for itself. Alternatives between `|`. Without: anything. */
  readonly postalCode?: string;
  /** A narrower rule for the spelled-out postal code. */
  readonly postalCodePattern?: RegExp;
  /** What people write before it in letters from abroad, beside the code of the country: `D-10115`. */
  readonly postalCodePrefix?: string;
  /** Of a street address, one of its lines. */
  readonly street?: RegExp;
  /** Subdivisions that are a city themselves. */
  readonly withoutCity?: readonly string[];
  /** Calling code. Without: only international numbers. */
  readonly dial?: string;
  /** What national numbers begin with, that is left out after the calling code. */
  readonly trunk?: string;
}

const european = '%N|%O|%A|%Z %C';
const companyFirst = '%O|%N|%A|%Z %C';
const cityThenCode = '%N|%O|%A|%C %Z';
const codeBelowCity = '%N|%O|%A|%C|%Z';
const eastAsian = '%Z|%S%C%D|%A|%O|%N';
const northAmericanNumbers = { dial: '1', trunk: '1' };
const zipCode = { postalCode: '#####|#####-####', ...northAmericanNumbers };
const british = '@# #@@|@## #@@|@#@ #@@|@@# #@@|@@## #@@|@@#@ #@@|GIR 0AA';

export const genericRules: CountryRules = { format: '%N|%O|%A|%D|%C|%S|%Z', required: 'C' };

export const countryRules: Readonly<Record<string, CountryRules>> = {
  // The European Union.
  AT: { format: companyFirst, required: 'CZ', postalCode: '####', postalCodePrefix: 'A', dial: '43', trunk: '0' },
  BE: { format: companyFirst, required: 'CZ', postalCode: '####', postalCodePrefix: 'B', dial: '32', trunk: '0' },
  BG: { format: european, required: 'CZ', postalCode: '####', dial: '359', trunk: '0' },
  CY: { format: european, required: 'CZ', postalCode: '####', dial: '357', trunk: '' },
  CZ: { format: european, required: 'CZ', postalCode: '### ##', dial: '420', trunk: '' },
  DE: { format: european, required: 'CZ', postalCode: '#####', postalCodePrefix: 'D', dial: '49', trunk: '0' },
  DK: { format: european, required: 'CZ', postalCode: '####', dial: '45', trunk: '' },
  EE: { format: '%N|%O|%A|%Z %C %S', required: 'CZ', postalCode: '#####', dial: '372', trunk: '' },
  ES: {
    format: '%N|%O|%A|%Z %C|%S',
    required: 'CZ',
    postalCode: '#####',
    postalCodePrefix: 'E',
    dial: '34',
    trunk: '',
  },
  FI: { format: companyFirst, required: 'CZ', postalCode: '#####', postalCodePrefix: 'FIN', dial: '358', trunk: '0' },
  FR: { format: companyFirst, required: 'CZ', postalCode: '#####', postalCodePrefix: 'F', dial: '33', trunk: '0' },
  GR: { format: european, required: 'CZ', postalCode: '### ##', dial: '30', trunk: '' },
  HR: { format: european, required: 'CZ', postalCode: '#####', dial: '385', trunk: '0' },
  HU: { format: '%N|%O|%C|%A|%Z', required: 'CZ', postalCode: '####', postalCodePrefix: 'H', dial: '36', trunk: '06' },
  IE: { format: '%N|%O|%A|%D|%C|%S|%Z', required: 'C', postalCode: '@## ****|D6W ****', dial: '353', trunk: '0' },
  IT: {
    format: '%N|%O|%A|%Z %C %s',
    required: 'CSZ',
    postalCode: '#####',
    postalCodePrefix: 'I',
    dial: '39',
    trunk: '',
  },
  LT: { format: companyFirst, required: 'CZ', postalCode: 'LT-#####', dial: '370', trunk: '0' },
  LU: { format: companyFirst, required: 'CZ', postalCode: '####', postalCodePrefix: 'L', dial: '352', trunk: '' },
  LV: { format: '%N|%O|%A|%S|%C, %Z', required: 'CZ', postalCode: 'LV-####', dial: '371', trunk: '' },
  MT: { format: cityThenCode, required: 'CZ', postalCode: '@@@ ####|@@@ ###|@@@ ##', dial: '356', trunk: '' },
  NL: { format: companyFirst, required: 'CZ', postalCode: '#### @@', dial: '31', trunk: '0' },
  PL: { format: european, required: 'CZ', postalCode: '##-###', dial: '48', trunk: '' },
  PT: { format: european, required: 'CZ', postalCode: '####-###', dial: '351', trunk: '' },
  RO: { format: '%N|%O|%A|%Z %C %S', required: 'CZ', postalCode: '######', dial: '40', trunk: '0' },
  SE: { format: companyFirst, required: 'CZ', postalCode: '### ##', postalCodePrefix: 'S', dial: '46', trunk: '0' },
  SI: { format: european, required: 'CZ', postalCode: '####', dial: '386', trunk: '0' },
  SK: { format: european, required: 'CZ', postalCode: '### ##', dial: '421', trunk: '0' },

  // The rest of Europe.
  AD: { format: european, required: 'Z', postalCode: 'AD###', dial: '376', trunk: '' },
  CH: { format: companyFirst, required: 'CZ', postalCode: '####', dial: '41', trunk: '0' },
  FO: { format: european, required: 'CZ', postalCode: '###', dial: '298', trunk: '' },
  GB: { format: codeBelowCity, required: 'CZ', postalCode: british, dial: '44', trunk: '0' },
  GG: { format: codeBelowCity, required: 'CZ', postalCode: 'GY# #@@|GY## #@@', dial: '44', trunk: '0' },
  GI: { format: '%N|%O|%A|GIBRALTAR|%Z', required: '', postalCode: 'GX11 1AA', dial: '350', trunk: '' },
  GL: { format: european, required: 'CZ', postalCode: '####', dial: '299', trunk: '' },
  IM: { format: codeBelowCity, required: 'CZ', postalCode: 'IM# #@@|IM## #@@', dial: '44', trunk: '0' },
  IS: { format: european, required: 'CZ', postalCode: '###', dial: '354', trunk: '' },
  JE: { format: codeBelowCity, required: 'CZ', postalCode: 'JE# #@@', dial: '44', trunk: '0' },
  LI: { format: companyFirst, required: 'CZ', postalCode: '94##', postalCodePrefix: 'FL', dial: '423', trunk: '' },
  MC: { format: european, required: 'Z', postalCode: '980##', dial: '377', trunk: '' },
  NO: { format: european, required: 'CZ', postalCode: '####', postalCodePrefix: 'N', dial: '47', trunk: '' },
  RS: { format: european, required: 'CZ', postalCode: '#####|######', dial: '381', trunk: '0' },
  SM: { format: european, required: 'Z', postalCode: '4789#', dial: '378', trunk: '' },
  TR: { format: '%N|%O|%A|%Z %C/%S', required: 'CZ', postalCode: '#####', dial: '90', trunk: '0' },
  UA: { format: '%N|%O|%A|%C|%S|%Z', required: 'CZ', postalCode: '#####', dial: '380', trunk: '0' },
  VA: { format: european, required: '', postalCode: '00120', dial: '39', trunk: '' },

  // The Americas.
  AR: { format: '%N|%O|%A|%Z %C|%S', required: 'C', postalCode: '####|@####@@@', dial: '54', trunk: '0' },
  BR: { format: '%N|%O|%A|%D|%C - %s|%Z', required: 'CSZ', postalCode: '#####-###', dial: '55', trunk: '0' },
  CA: {
    format: '%N|%O|%A|%C %s %Z',
    required: 'CSZ',
    postalCode: '@#@ #@#',
    postalCodePattern: /^[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] \d[ABCEGHJ-NPRSTV-Z]\d$/,
    ...northAmericanNumbers,
  },
  CL: { format: '%N|%O|%A|%Z %C|%S', required: 'C', postalCode: '#######', dial: '56', trunk: '' },
  CO: { format: '%N|%O|%A|%D|%C, %S, %Z', required: 'CS', postalCode: '######', dial: '57', trunk: '' },
  MX: { format: '%N|%O|%A|%D|%Z %C, %S', required: 'CSZ', postalCode: '#####', dial: '52', trunk: '' },
  PE: { format: '%N|%O|%A|%C %Z|%S', required: 'C', postalCode: '#####', dial: '51', trunk: '0' },
  PR: { format: '%N|%O|%A|%C PR %Z', required: 'CZ', ...zipCode },
  US: { format: '%N|%O|%A|%C, %s %Z', required: 'CSZ', ...zipCode },

  // Asia and the Pacific.
  AU: { format: '%O|%N|%A|%C %s %Z', required: 'CSZ', postalCode: '####', dial: '61', trunk: '0' },
  CN: {
    format: eastAsian,
    latinFormat: '%N|%O|%A|%D|%C|%S, %Z',
    required: 'CSZ',
    postalCode: '######',
    dial: '86',
    trunk: '0',
  },
  HK: { format: '%S|%C|%A|%O|%N', latinFormat: '%N|%O|%A|%C|%S', required: 'S', dial: '852', trunk: '' },
  ID: { format: '%N|%O|%A|%D|%C|%S %Z', required: 'CS', postalCode: '#####', dial: '62', trunk: '0' },
  IN: { format: '%N|%O|%A|%D|%C %Z|%S', required: 'CSZ', postalCode: '######', dial: '91', trunk: '0' },
  JP: {
    format: '〒%Z|%S%C%D|%A|%O|%N',
    latinFormat: '%N|%O|%A|%D|%C, %S|%Z',
    required: 'CSZ',
    postalCode: '###-####',
    dial: '81',
    trunk: '0',
  },
  KR: {
    format: '%S %C %D|%A|%O|%N|%Z',
    latinFormat: '%N|%O|%A|%D|%C|%S|%Z',
    required: 'CSZ',
    postalCode: '#####',
    // A road, perhaps underground, and the number of the building: the lot-number addresses of before 2014 name none.
    street: /[가-힣\d](?:대로|로|길)\s?(?:지하\s?)?\d|-(?:daero|ro|gil)\b/iu,
    withoutCity: ['50'],
    dial: '82',
    trunk: '0',
  },
  MO: { format: '%A|%O|%N', latinFormat: '%N|%O|%A', required: '', dial: '853', trunk: '' },
  MY: { format: '%N|%O|%A|%D|%Z %C|%S', required: 'CZ', postalCode: '#####', dial: '60', trunk: '0' },
  NZ: { format: '%N|%O|%A|%D|%C %Z', required: 'CZ', postalCode: '####', dial: '64', trunk: '0' },
  PH: { format: '%N|%O|%A|%D, %C|%Z %S', required: 'C', postalCode: '####', dial: '63', trunk: '0' },
  SG: { format: '%N|%O|%A|SINGAPORE %Z', required: 'Z', postalCode: '######', dial: '65', trunk: '' },
  TH: { format: '%N|%O|%A|%D, %C|%S %Z', required: 'CSZ', postalCode: '#####', dial: '66', trunk: '0' },
  TW: {
    format: eastAsian,
    latinFormat: '%N|%O|%A|%D|%C, %S %Z',
    required: 'CSZ',
    postalCode: '###|#####|######',
    dial: '886',
    trunk: '0',
  },
  VN: { format: '%N|%O|%A|%D|%C|%S %Z', required: 'C', postalCode: '#####|######', dial: '84', trunk: '0' },

  // The Middle East and Africa.
  AE: { format: '%N|%O|%A|%C|%S', required: 'S', dial: '971', trunk: '0' },
  EG: { format: '%N|%O|%A|%C|%S|%Z', required: 'C', postalCode: '#####', dial: '20', trunk: '0' },
  IL: { format: cityThenCode, required: 'C', postalCode: '#######|#####', dial: '972', trunk: '0' },
  MA: { format: european, required: 'C', postalCode: '#####', dial: '212', trunk: '0' },
  SA: { format: cityThenCode, required: 'CZ', postalCode: '#####|#####-####', dial: '966', trunk: '0' },
  ZA: { format: '%N|%O|%A|%D|%C|%Z', required: 'CZ', postalCode: '####', dial: '27', trunk: '0' },
};

// ISO 3166-1, and XK (Kosovo), which has no code of its own yet.
const countryCodes = new Set(
  `AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF
  CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH
  GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW
  KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG
  NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN
  SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE
  YT ZA ZM ZW`.split(/\s+/),
);

/** The rules of a country by its code in capital letters; nothing where there is no such country. */
export const rulesOf = (country: string): CountryRules | undefined =>
  countryCodes.has(country) ? (countryRules[country] ?? genericRules) : undefined;
