/** A small graph with as much of federation as fits: a library that lends books and films, and is talked about. */
import { supergraphOf } from '#kit/gateway/gateway.ts';
import { type Graph, graphOf } from './graph.fixture.ts';

const federated = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@requires", "@provides", "@external", "@shareable", "@inaccessible", "@override", "@interfaceObject"])`;

/** What is there: interfaces of interfaces, unions, lists of lists, keys of every kind. */
const catalogue = `${federated}
  type Query {
    works(kind: Kind, after: String): [Work!]!
    work(id: ID!): Work
    shelves: [[Shelf!]]
    found(text: String!, filter: Filter): [Found]
    items: [Item]
    author(id: ID!): Author
    price: Price @shareable
  }
  type Mutation { shelve(work: ID!, shelf: ShelfInput!): Copy  retitle(id: ID!, title: String!): Work! }
  interface Item { id: ID! label(upper: Boolean = false): String }
  interface Work implements Item @key(fields: "id") {
    id: ID! label(upper: Boolean = false): String title: String! price(currency: String = "EUR"): Price authors: [Author!]! related: [Work]
  }
  type Book implements Item & Work @key(fields: "id") @key(fields: "isbn") {
    id: ID! isbn: String! label(upper: Boolean = false): String title: String! @shareable price(currency: String = "EUR"): Price
    authors: [Author!]! related: [Work] pages: Int kind: Kind! copies: [[Copy]!] weight: Float secret: String @inaccessible
  }
  type Film implements Item & Work @key(fields: "id") {
    id: ID! label(upper: Boolean = false): String title: String! price(currency: String = "EUR"): Price
    authors: [Author!]! related: [Work] minutes: Int kind: Kind sequel: Film cast: [Person] weight: Float
  }
  type Draft implements Item @inaccessible { id: ID! label(upper: Boolean = false): String }
  type Copy implements Item @key(fields: "shelf { id room { number } } place") {
    id: ID! label(upper: Boolean = false): String shelf: Shelf! place: Int! of: Found extra: JSON
  }
  type Shelf @key(fields: "id") { id: ID! room: Room! @shareable works: [Work] }
  type Room @shareable { number: Int! floor: Int }
  type Author @key(fields: "id") @key(fields: "name { first last }") {
    id: ID! name: Name! works(first: Int): [Work!] motto: String best: Found
  }
  type Name @shareable { first: String! last: String! }
  type Price @shareable { amount: Int! currency: String! }
  union Found = Book | Film | Author | Draft
  union Person = Author | Actor
  type Actor { name: String! plays: [Film!] }
  enum Kind { FICTION SCIENCE POETRY FORBIDDEN @inaccessible }
  input Filter { kind: Kind = FICTION  text: [String!]  either: Filter }
  input ShelfInput { id: ID! place: Int = 3 }
  scalar JSON`;

/** Who has what, and what it costs to send: requirements with arguments, a field taken over, provided ones. */
const lending = `${federated}
  type Query { loans(of: ID): [Loan!] borrower(email: String!): Borrower me: Borrower! }
  type Mutation { lend(isbn: String!, to: ID!): Loan extend(loan: ID!): [Loan!]! }
  type Loan @key(fields: "id") { id: ID! book: Book! @provides(fields: "title") borrower: Borrower due: String! copy: Copy history: [[Event!]!]! }
  type Book @key(fields: "isbn") {
    isbn: String! title: String! @external price(currency: String = "EUR"): Price @external weight: Float @external
    postage(express: Boolean): Int @requires(fields: "price(currency: \\"USD\\") { amount } weight")
    insurance: Int! @requires(fields: "price(currency: \\"EUR\\") { amount currency }")
    lent: [Loan] pages: Int @override(from: "catalogue")
  }
  type Film @key(fields: "id") { id: ID! weight: Float @external postage(express: Boolean): Int @requires(fields: "weight") loans: Int! }
  type Copy @key(fields: "shelf { id room { number } } place") { shelf: Shelf! place: Int! isLent: Boolean! loan: Loan }
  type Shelf @key(fields: "id", resolvable: false) { id: ID! room: Room! }
  type Room @shareable { number: Int! }
  type Price @shareable { amount: Int! currency: String! }
  interface Event { at: String! }
  type Lent implements Event { at: String! to: Borrower }
  type Returned implements Event { at: String! fine: Price }
  type Borrower @key(fields: "id") @key(fields: "email") { id: ID! email: String! name: Name loans: [Loan!]! favourite: Book }
  type Name @shareable { first: String! last: String! }`;

/** What is said of it: by works of any kind, which this subgraph cannot tell apart. */
const opinions = `${federated}
  type Query { reviews(of: ID, first: Int = 3): [Review] price: Price @shareable }
  type Mutation { review(work: ID!, text: String!): Review }
  type Work @key(fields: "id") @interfaceObject {
    id: ID! title: String! @external reviews(first: Int): [Review!]! rating: Float
    summary(words: Int): String @requires(fields: "title")
  }
  type Review @key(fields: "id") { id: ID! text: String work: Work! by: Borrower on: [Target!] answers: [Review] }
  type Borrower @key(fields: "email") { email: String! name: Name @external trust: Int! @requires(fields: "name { first }") reviews: [Review] }
  type Author @key(fields: "name { first last }") { name: Name! fans: [Borrower!] quote(from: Int!): String }
  union Target = Author | Review | Borrower
  type Name @shareable { first: String! last: String! }
  type Price @shareable { amount: Int! currency: String! }`;

/** People: a second place for what others know by another key. */
const people = `${federated}
  type Query { people(ids: [ID!]!): [Author] }
  type Author @key(fields: "id") { id: ID! motto: String @override(from: "catalogue") born: Int awards: [Award!] }
  type Award { name: String! year: Int shared: [Author] }
  type Borrower @key(fields: "id") { id: ID! address: Address }
  type Address { lines: [String!]! country: Country! }
  enum Country { AT DE KR }`;

export const library = (): Graph => graphOf('library', supergraphOf({ catalogue, lending, opinions, people }));
